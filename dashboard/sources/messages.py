"""What etl said, in the reader's language: its sentences stand in the ledger in English, as on the terminal.

A catalogue per language maps an English sentence, with {names} in place of what varies, to the same one there
(locales/messages). Sentences stand within sentences, so what is found in place of a name is looked up again.
A sentence that is in no catalogue stays English rather than being left out.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from dashboard.words import words
from metrics.catalog import CATALOG
from metrics.defects import rule_title

FOLDER = Path(__file__).parents[1] / "locales" / "messages"
NAME = re.compile(r"\{([a-z_]+)\}")
COUNTS = ("n", "number", "line", "row", "bad", "gone", "back", "missing", "found", "page", "tries", "status")
AMOUNTS = ("run_no", "read", "fresh", "changed", "alike", "invited", "agents", "pace", "total")
FORMS = dict.fromkeys((*COUNTS, *AMOUNTS), r"[\d,.]+") | {
    "field": r"\S+",
    "effect": "[^()]+",
    "id": r"\S+",
    "quoted": r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"",
    "instant": r"\d{4}-\d\d-\d\d[ T][^ ,;()]+",
    "rows": r"[\d,]+(?:, [\d,]+)*",
    "kpis": "[a-z0-9_]+(?:, [a-z0-9_]+)*",
    "pattern": "[^;]+?",
    "advice": "(?:add|write) [^;]+?",
    "setting": r"'\w+'",
    "rule": "[a-z_]+",
    "kpi": "|".join(CATALOG),
    "cron_field": "minute|hour|day|month|weekday",
    "how": "live|imported",
    "circuit": "closed|open|half_open",
    "run_state": "[a-z]+",
    "source_kind": "[a-z_]+",
    "rhythm": r"every [\d,.]+ s|cron .+?",
    "standing": r" paused.*?| running since .+?| [\d,]+ failures in .+?",
}
RULES = re.compile(r"[a-z]+(?:_[a-z]+)+(?= \d)|bad_file|malformed")  # "unknown_status 31, missing_key 2"
# What stands for these names is never told: lists of names, and what people wrote or delivered.
NO_VALUE = "(none)"
LISTS = ("names", "known", "files", "columns", "words", "lists", "cells", "pattern", "column", "line")
DATA = ("value", "quoted", "setting")
TAGS = {"split": "filter"} | {name: name for name in ("cron_field", "how", "circuit", "run_state", "source_kind")}
MARKS = {"; ": "；", ": ": "：", ", ": "，"}
JOINT = re.compile("|".join(MARKS))
MOST_PARTS = 40
SPAN = 6  # pieces of a sentence that stands between others


@dataclass(frozen=True)
class Sentence:
    """One sentence of a catalogue: how the English one is recognised, and what stands for it.

    fixed  the words between the names; most texts are told apart by them alone
    """

    fixed: tuple[str, ...]
    known: re.Pattern[str]
    text: str

    @classmethod
    def of(cls, key: str, text: str) -> "Sentence":
        """Return the sentence of an entry of a catalogue."""
        return cls(tuple(NAME.split(key)[::2]), _pattern(key), text)

    def names(self, said: str) -> dict[str, str] | None:
        """Return what stands in place of each name; None = it is another sentence.

        Of several lines only what has an end of its own can be one sentence.
        """
        if "\n" in said and not self.fixed[-1]:
            return None
        match = self.known.fullmatch(said) if all(part in said for part in self.fixed) else None
        return match.groupdict() if match else None


def told(text: str, language: str) -> str:
    """Return a text of etl in a language; what has no translation stays as it is.

    >>> told("source 'desk': no answer within 30 s", "zh-CN")
    "数据源 'desk'：30 秒内没有应答"
    """
    return _found(text, language) or text


@cache
def catalogue(language: str, part: str = "*") -> dict[str, str]:
    """Return English sentence -> sentence of a language; empty for one without a catalogue, such as English.

    part  name of one file of the catalogue; default all
    """
    files = sorted((FOLDER / language).glob(f"{part}.toml"))
    return {key: text for file in files for key, text in tomllib.loads(file.read_text("utf-8")).items()}


@cache
def _sentences(language: str, part: str = "*") -> tuple[Sentence, ...]:
    """Return the catalogue, the sentence with most words of its own first: it fits best where several do."""
    found = [Sentence.of(key, text) for key, text in catalogue(language, part).items()]
    return tuple(sorted(found, key=lambda one: -sum(map(len, one.fixed))))


def _pattern(key: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts = []
    for place, part in enumerate(NAME.split(key)):
        if place % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>{FORMS.get(part, '.+?')})")
            seen.add(part)
    return re.compile("".join(parts), re.DOTALL)


@lru_cache(maxsize=4096)
def _found(text: str, language: str) -> str | None:
    """Return a text in a language; None = no part of it is known."""
    if " " not in text or not catalogue(language):
        return None
    if "\n" in text:
        return _lines(text.split("\n"), language)
    return whole(text, language) or _joined(text, language)


def _lines(lines: Sequence[str], language: str) -> str | None:
    found = [_found(line, language) for line in lines]
    return "\n".join(new or old for new, old in zip(found, lines, strict=True)) if any(found) else None


def whole(text: str, language: str, part: str = "*") -> str | None:
    """Return a text that is one sentence of a catalogue, or of a part of it; None = it is not."""
    for one in _sentences(language, part):
        names = one.names(text)
        if names is not None:
            return _filled(one.text, names, language)
    return None


def _filled(text: str, names: dict[str, str], language: str) -> str:
    return NAME.sub(lambda name: _part(name[1], names, language) or name[0], text)


def _part(name: str, found: dict[str, str], language: str) -> str | None:
    """Return what stands in place of a name; None = the name is none, its braces are part of the text."""
    if name not in found or name in LISTS + DATA:
        return found.get(name)
    if name == "kpis" and (titles := _titles(found[name], language)):
        return titles
    if name in TAGS:
        return words(language).tag(TAGS[name], found[name])
    if name in KEYS:
        return words(language)("terminal.key", id=found[name], title=KEYS[name](found[name], language))
    if name == "spread":
        return found[name].replace(NO_VALUE, words(language)("terminal.no_value"))
    if name == "rules":
        return RULES.sub(lambda rule: _rule(rule[0], language), found[name])
    return told(found[name], language)


def _rule(name: str, language: str) -> str:
    return rule_title(name).get(language, name)


def _kpi(name: str, language: str) -> str:
    return _titles(name, language) or name


KEYS = {"rule": _rule, "kpi": _kpi}  # told with their titles, and as the command line takes them


def _titles(names: str, language: str) -> str | None:
    """Return what KPIs are called that etl names by their keys; None = they are not only keys."""
    keys = names.split(", ")
    if not all(key in CATALOG for key in keys):
        return None
    return "、".join(CATALOG[key].title.get(language, key) for key in keys)


@dataclass(frozen=True)
class Told:
    """The beginning of a text, told as far as it is understood: `weight` characters of it, the last part or not."""

    weight: int
    text: str
    is_known: bool


def _joined(text: str, language: str) -> str | None:
    """Return a text of several sentences, or of one behind a name, where at least one is known.

    It is parted where most of it is understood. A list of very many parts is no text.
    """
    cuts = [(0, 0), *(hit.span() for hit in JOINT.finditer(text)), (len(text), len(text))]
    last = len(cuts) - 1
    if not 1 < last <= MOST_PARTS:
        return None
    best = [Told(0, "", False)]
    for end in range(1, last + 1):
        starts = [start for start in range(end) if end - start <= SPAN or end == last]
        options = [_after(best[start], text, (cuts[start], cuts[end]), language) for start in starts]
        best.append(max((one for one in options if one is not None), key=lambda one: one.weight))
    return best[last].text if best[last].weight else None


def _after(before: Told, text: str, ends: tuple[tuple[int, int], tuple[int, int]], language: str) -> Told | None:
    """Return a beginning with one more part; None where the part is of several pieces and yet no sentence."""
    (cut, start), (end, _) = ends
    piece, joint = text[start:end], text[cut:start]
    found = whole(piece, language) if " " in piece and len(piece) < len(text) else None
    if found is None and JOINT.search(piece):
        return None
    mark = MARKS.get(joint, "") if found is not None or before.is_known else joint
    weight = before.weight + (len(piece) if found is not None else 0)
    return Told(weight, before.text + mark + (found or piece), found is not None)
