"""Numbers as people write them: decimal and thousands marks, and what would do where they are others."""

from collections.abc import Iterable
from dataclasses import dataclass

from etl.normalize.sqltext import literal

_SIGN = "[-+]?"
# 1.234,5 and 12,5 and 1,234.5 and 12.5: a number by some marks
_SOME = (
    rf"{_SIGN}([0-9]+|[0-9]{{1,3}}([. ''’][0-9]{{3}})+),[0-9]+|{_SIGN}[0-9]{{1,3}}([, ''’][0-9]{{3}})+(\.[0-9]+)?"
    rf"|{_SIGN}[0-9]{{1,3}}(\.[0-9]{{3}}){{2,}}|{_SIGN}[0-9]+\.[0-9]+"
)


@dataclass(frozen=True, slots=True)
class Marks:
    """How the numbers of a table are written; thousands None = without."""

    decimal: str = "."
    thousands: str | None = None

    def plain(self, text: str) -> str:
        """Return SQL for a text with plain digits and a point; NULL for a number by other marks."""
        if self == PLAIN:
            return text
        groups = f"|[0-9]{{1,3}}({_class(self.thousands)}[0-9]{{3}})+" if self.thousands else ""
        shape = rf"{_SIGN}([0-9]+{groups})(\{self.decimal}[0-9]+)?"
        bare = text
        for mark in _spellings(self.thousands):
            bare = f"replace({bare}, {literal(mark)}, '')"
        return f"CASE WHEN regexp_full_match({text}, '{shape}') THEN replace({bare}, '{self.decimal}', '.') END"

    def misses(self, text: str) -> str:
        """Return SQL: the text is a number, but by other marks than these."""
        return f"(regexp_full_match({text}, '{_SOME}') AND TRY_CAST({self.plain(text)} AS DOUBLE) IS NULL)"


PLAIN = Marks()


def _spellings(mark: str | None) -> tuple[str, ...]:
    return ("'", "’") if mark == "'" else (mark,) if mark else ()


def _class(mark: str | None) -> str:
    return "[''’]" if mark == "'" else f"[{mark}]"


def fitting(texts: Iterable[str]) -> Marks | None:
    """Return the marks by which texts are written; None = they disagree, or every one reads both ways (1,234)."""
    told = [_marks(text.strip().lstrip("+-")) for text in texts]
    sure = {marks for marks in told if isinstance(marks, Marks)}
    decimals, thousands = {marks.decimal for marks in sure}, {marks.thousands for marks in sure} - {None}
    open_marks = {mark for mark in told if isinstance(mark, str)}
    if not sure and open_marks == {"."}:
        return PLAIN
    if len(decimals) != 1:
        return None
    thousands |= open_marks - decimals
    return Marks(decimals.pop(), next(iter(thousands), None)) if len(thousands) <= 1 else None


def _marks(text: str) -> Marks | str | None:
    """Return the marks of one number; a mark that reads both ways (1,234); None = it tells nothing."""
    marks = [character for character in text if not character.isdigit()]
    if not marks:
        return None
    last = marks[-1]
    if last not in ",.":
        return Marks(".", "'" if last == "’" else last)
    if len(set(marks)) > 1:
        return Marks(last, "'" if marks[0] == "’" else marks[0])
    if len(marks) > 1:
        return Marks("." if last == "," else ",", last)
    whole, _, rest = text.partition(last)
    return last if len(rest) == 3 and 1 <= len(whole) <= 3 and whole != "0" else Marks(last)


def remedy(texts: Iterable[str]) -> str:
    """Return what a mapping has to say about numbers written like these."""
    marks = fitting(texts)
    if marks is None:
        return 'say in the table how numbers are written, `decimal: ","` or `thousands: ","`'
    if marks == PLAIN:
        return 'these have a decimal point: leave `decimal: ","` out'
    said = [f'decimal: "{marks.decimal}"'] if marks.decimal != "." else []
    said += [f'thousands: "{marks.thousands}"'] if marks.thousands else []
    return f"say in the table {' and '.join(f'`{one}`' for one in said)}"
