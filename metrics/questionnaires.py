"""Which questionnaire a question is about, and what is wrong with its weights (semantics 5.1, 12.9)."""

from dataclasses import replace

from data.questionnaires import DIMENSIONS, OWN
from metrics.metric import Anchor
from metrics.model import Desk, Question, Text, WeightSet
from metrics.survey import weights_error

ASSUMED: Text = {"en": "weights assumed", "zh-CN": "权重为假设"}
OWN_TITLE: Text = {"en": "The desk's own", "zh-CN": "本客服台"}
NOTHING = WeightSet({})


def set_name(question: Question, desk: Desk) -> str:
    """Return the name of the questionnaire asked for: the question's parameter, else the desk's."""
    return question.parameter or desk.csi_set or OWN


def set_of(question: Question, desk: Desk) -> WeightSet:
    """Return the questionnaire asked for, one without weights when there is none of that name."""
    name = set_name(question, desk)
    return WeightSet(desk.csi_weights, OWN_TITLE) if name == OWN else desk.csi_sets.get(name, NOTHING)


def unknown_set(question: Question, desk: Desk) -> str | None:
    """Return which questionnaire was asked for in vain, and those there are; None when it is there."""
    name = set_name(question, desk)
    if name == OWN or name in desk.csi_sets:
        return None
    return f"no questionnaire {name!r}; known: {', '.join((OWN, *desk.csi_sets))}"


def set_fault(question: Question, desk: Desk) -> str | None:
    """Return what is wrong with the questionnaire asked for, by name, None when its weights sum to 1."""
    wrong = weights_error(set_of(question, desk).weights)
    return unknown_set(question, desk) or (wrong and f"questionnaire {set_name(question, desk)!r}: {wrong}")


def of_template(anchor: Anchor, chosen: WeightSet) -> Anchor:
    """Return the rows of the questionnaire's own surveys; all rows where it names no template."""
    if chosen.template is None:
        return anchor
    quoted = chosen.template.replace("'", "''")
    own = f"response_key IN (SELECT response_key FROM survey_response WHERE template = '{quoted}')"
    return replace(anchor, where=f"{anchor.where} AND {own}" if anchor.where else own)


def told(question: Question, desk: Desk, language: str) -> str:
    """Return the questionnaire in one line: name, title, weights in percent, whether they are assumed."""
    if wrong := set_fault(question, desk):
        return f"error:weights {wrong}"
    chosen = set_of(question, desk)
    listed = ", ".join(
        f"{_word(chosen, name, language)} {100 * weight:g}%" for name, weight in chosen.weights.items()
    )
    parts = [set_name(question, desk), chosen.title.get(language, ""), listed]
    return " · ".join([*(part for part in parts if part), *[ASSUMED[language]] * chosen.is_assumed])


def _word(chosen: WeightSet, name: str, language: str) -> str:
    words = chosen.words.get(name) or {str(code): word for code, word in DIMENSIONS.get(name, {}).items()}
    return words.get(language, name)
