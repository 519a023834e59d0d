"""What the terminal says, in the language of whoever sits there: the catalogue of messages.py, line by line."""

import json
import re

from dashboard.sources.messages import catalogue, told, whole

LINES = "terminal"  # the part of the catalogue with what lines are made of; it goes before what stands within them
# A remark of a YAML line: behind a blank, outside of what is quoted.
REMARK = re.compile(r"""((?:"(?:\\.|[^"\\])*"|'[^']*'|(?<=\S)[#"']|[^"'#])*)(#\s+)(.*)""")


def said(text: str, language: str) -> str:
    """Return what the rooms say, in a language; a row as it was delivered, and what has no translation, stay.

    >>> said("  desk unknown_status: 31", "zh-CN")
    '  desk 未知状态（unknown_status）：31'
    """
    if not catalogue(language):
        return text
    one = _structured(text, language) if "\n" in text else None  # a note in brackets may be of several lines
    return one or "\n".join(_line(line, language) for line in text.split("\n"))


def _structured(text: str, language: str) -> str | None:
    words = text.lstrip()
    found = whole(words, language, LINES)
    return None if found is None else text[: len(text) - len(words)] + found


def _line(line: str, language: str) -> str:
    words = line.lstrip()
    indent = line[: len(line) - len(words)]
    if (exact := catalogue(language).get(words)) is not None:
        return indent + exact
    return line if _is_row(words) else _structured(line, language) or indent + told(words, language)


def _is_row(words: str) -> bool:
    """Return whether a line is a row as it was delivered, which is JSON."""
    try:
        return words[:1] in ("{", "[", '"') and json.loads(words) is not None
    except ValueError:
        return False


def remarked(text: str, language: str) -> str:
    """Return a YAML text with its remarks in a language; all else stays as it is."""
    return "\n".join(_remarked(line, language) for line in text.split("\n")) if catalogue(language) else text


def _remarked(line: str, language: str) -> str:
    found = REMARK.fullmatch(line)
    if found is None:
        return line
    code, mark, remark = found.groups()
    inner = _remarked(remark, language)  # a line that is itself left out, with a remark
    return code + mark + (inner if inner != remark else _remark(remark, language))


def _remark(remark: str, language: str) -> str:
    return catalogue(language).get(remark) or whole(remark, language, "drafts") or told(remark, language)
