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

from metrics.catalog import CATALOG
from metrics.defects import rule_title

FOLDER = Path(__file__).parents[1] / "locales" / "messages"
NAME = re.compile(r"\{([a-z_]+)\}")
COUNTS = ("n", "number", "line", "row", "bad", "gone", "back", "missing", "found", "page", "tries", "status")
FORMS = dict.fromkeys(COUNTS, r"[\d,.]+") | {"field": r"\S+", "effect": "[^()]+", "id": r"\S+"}
RULES = re.compile(r"[a-z]+(?:_[a-z]+)+(?= \d)|bad_file|malformed")  # "unknown_status 31, missing_key 2"
JOINTS = {"; ": "；", ": ": "：", ", ": "，"}


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
        """Return what stands in place of each name; None = it is another sentence."""
        match = self.known.fullmatch(said) if all(part in said for part in self.fixed) else None
        return match.groupdict() if match else None


def told(text: str, language: str) -> str:
    """Return a text of etl in a language; what has no translation stays as it is.

    >>> told("source 'desk': no answer within 30 s", "zh-CN")
    "数据源 'desk'：30 秒内没有应答"
    """
    return _found(text, language) or text


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return English sentence -> sentence of a language; empty for one without a catalogue, such as English."""
    files = sorted((FOLDER / language).glob("*.toml"))
    return {key: text for file in files for key, text in tomllib.loads(file.read_text("utf-8")).items()}


@cache
def _sentences(language: str) -> tuple[Sentence, ...]:
    """Return the catalogue, the sentence with most words of its own first: it fits best where several do."""
    found = [Sentence.of(key, text) for key, text in catalogue(language).items()]
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
    return _whole(text, language) or _joined(text, language)


def _lines(lines: Sequence[str], language: str) -> str | None:
    found = [_found(line, language) for line in lines]
    return "\n".join(new or old for new, old in zip(found, lines, strict=True)) if any(found) else None


def _whole(text: str, language: str) -> str | None:
    for one in _sentences(language):
        names = one.names(text)
        if names is not None:
            return _filled(one.text, names, language)
    return None


def _filled(text: str, names: dict[str, str], language: str) -> str:
    return NAME.sub(lambda name: _part(name[1], names, language) or name[0], text)


def _part(name: str, found: dict[str, str], language: str) -> str | None:
    """Return what stands in place of a name; None = the name is none, its braces are part of the text."""
    if name not in found:
        return None
    if name == "kpis" and (titles := _titles(found[name], language)):
        return titles
    if name == "rules":
        return RULES.sub(lambda rule: rule_title(rule[0]).get(language, rule[0]), found[name])
    return told(found[name], language)


def _titles(names: str, language: str) -> str | None:
    """Return what KPIs are called that etl names by their keys; None = they are not only keys."""
    keys = names.split(", ")
    if not all(key in CATALOG for key in keys):
        return None
    return "、".join(CATALOG[key].title.get(language, key) for key in keys)


def _joined(text: str, language: str) -> str | None:
    """Return a text of several sentences, or of one behind a name, where at least one is known.

    It is parted where most of it is understood.
    """
    for joint, mark in JOINTS.items():
        parted = [_parted(text, hit.span(), mark, language) for hit in re.finditer(re.escape(joint), text)]
        weight, found = max(parted, default=(0, None))
        if weight:
            return found
    return None


def _parted(text: str, at: tuple[int, int], mark: str, language: str) -> tuple[int, str]:
    """Return how many characters are understood of a text parted at a place, and the text in the language."""
    parts = (text[: at[0]], text[at[1] :])
    found = [_found(part, language) for part in parts]
    weight = sum(len(part) for part, new in zip(parts, found, strict=True) if new is not None)
    return weight, mark.join(new or part for part, new in zip(parts, found, strict=True))
