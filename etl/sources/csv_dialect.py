"""What a CSV file looks like: its encoding, delimiter and header, judged from its first lines."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from etl.model import MappingError
from etl.sources.heading import Heading

SAMPLE_BYTES = 262_144  # headers of questionnaires are long
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
DELIMITERS = (",", ";", "\t", "|")
GUESSES = ("gb18030", "cp1252")
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx and .xls begin
MAX_BROKEN_SHARE = 0.3
TITLES = range(6)  # lines above a header that are looked through
PLAIN = Heading()
NAMES = {"\t": r"\t (tab)"}


@dataclass(frozen=True)
class Dialect:
    """How to read a CSV file.

    encoding    Python's name of it; "utf-8" is read as it is, any other is recoded first
    skip        records up to and including the header; 0 = the file is empty
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    skip: int


def inspect(path: Path, encoding: str | None, delimiter: str | None, heading: Heading = PLAIN) -> Dialect:
    """Return the dialect of a file; a byte-order mark wins over what is declared, and that over what is detected.

    Raises MappingError for a declared encoding or delimiter that cannot be right, naming what would do.
    """
    with path.open("rb") as file:
        raw = file.read(SAMPLE_BYTES)
    known = _marked(raw) or (_declared(path, encoding) if encoding else _detected(path, raw))
    sample = _decoded(raw, known)
    chosen = _delimiter(path, sample, delimiter, heading.skip)
    skip, header = heading.read(path, _filled(sample, chosen))
    return Dialect(known, chosen, header, skip)


def titles_above(path: Path, encoding: str | None, delimiter: str | None) -> int:
    """Return how many filled lines, such as a title, stand above what looks like a table; 0 = none, or no table."""
    with path.open("rb") as file:
        raw = file.read(SAMPLE_BYTES)
    sample = _decoded(raw, _marked(raw) or encoding or "utf-8")
    tried = (delimiter,) if delimiter else DELIMITERS
    return next((above for above in TITLES if any(_steady_width(sample, one, above) > 1 for one in tried)), 0)


def _declared(path: Path, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise MappingError(
            f"{path}: unknown encoding {encoding!r}; utf-8, gb18030, utf-16, cp1252 would do"
        ) from None
    return "utf-8" if name in ("utf-8", "utf-8-sig", "ascii") else name


def _marked(raw: bytes) -> str | None:
    """Return the encoding that a byte-order mark names; None = there is none."""
    return next((name for mark, name in MARKS.items() if raw.startswith(mark)), None)


def _detected(path: Path, raw: bytes) -> str:
    """Return utf-8; text that is something else has to be declared."""
    if raw.startswith(WORKBOOKS):
        raise MappingError(
            f"{path}: this is a workbook, no CSV; say `file: {{format: xlsx}}`, and save an old .xls as .xlsx"
        )
    broken = _broken_lines(raw)
    if not broken:
        return "utf-8"
    would_do = [guess for guess in GUESSES if not _broken_lines(raw, guess)]
    raise MappingError(
        f"{path}: {broken} of the first lines are not UTF-8; say which encoding it is, as in"
        f" `file: {{encoding: {would_do[0] if would_do else 'gb18030'}}}`"
    )


def likely_encoding(path: Path) -> str | None:
    """Return the encoding a file that is not UTF-8 seems to be in; None = UTF-8, or none that would do."""
    with path.open("rb") as file:
        raw = file.read(SAMPLE_BYTES)
    if _marked(raw) or not _broken_lines(raw):
        return None
    return next((guess for guess in GUESSES if not _broken_lines(raw, guess)), None)


def _broken_lines(raw: bytes, encoding: str = "utf-8") -> int:
    """Return how many sampled lines are not in an encoding when that is more than a few stray ones, else 0."""
    lines = raw.split(b"\n")[: None if len(raw) < SAMPLE_BYTES else -1]
    broken = sum(1 for line in lines if not _decodes(line, encoding))
    return broken if broken > MAX_BROKEN_SHARE * len(lines) else 0


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(raw, final=True)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(raw: bytes, encoding: str) -> str:
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)("replace")
    return decoder.decode(raw, len(raw) < SAMPLE_BYTES)


def _delimiter(path: Path, sample: str, declared: str | None, above: int) -> str:
    widths = {candidate: _steady_width(sample, candidate, above) for candidate in DELIMITERS}
    best = max(DELIMITERS, key=lambda candidate: widths[candidate])
    if declared is None:
        return best
    if widths[best] > 1 and _first_width(sample, declared, above) == 1:
        raise MappingError(
            f"{path}: delimiter {declared!r} gives one column, {NAMES.get(best, best)!r} gives {widths[best]};"
            f" say `file: {{delimiter: {best!r}}}`"
        )
    return declared


def _first_width(sample: str, delimiter: str, above: int) -> int:
    return next((len(record) for _, record in islice(_filled(sample, delimiter), above, None)), 0)


def _steady_width(sample: str, delimiter: str, above: int) -> int:
    """Return the number of columns when at least four of five sampled records agree with the header, else 1.

    above  filled records above the header, which say nothing
    """
    first = next((place for place, _ in islice(_filled(sample, delimiter), above, None)), 1)
    widths = [len(record) for record in islice(_records(sample, delimiter), first - 1, None) if record]
    if not widths:
        return 1
    agreeing = Counter(widths)[widths[0]]
    return widths[0] if agreeing >= 0.8 * len(widths) else 1


def _records(sample: str, delimiter: str) -> Iterator[list[str]]:
    end = "\n" if "\n" in sample else "\r"
    whole = sample if len(sample) < SAMPLE_BYTES // 4 else sample.rpartition(end)[0]
    reader = csv.reader(io.StringIO(whole.replace("\0", " "), newline=""), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error:
        return


def _filled(sample: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records with anything in them, with their numbers."""
    for number, record in enumerate(_records(sample, delimiter), start=1):
        if any(field.strip() for field in record):
            yield number, record
