"""What a CSV file looks like: its encoding, delimiter and header, judged from its first lines."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from etl.model import MappingError

SAMPLE_BYTES = 65_536
DELIMITERS = (",", ";", "\t", "|")
GUESSES = ("gb18030", "cp1252")
MAX_BROKEN_SHARE = 0.3
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


def inspect(path: Path, encoding: str | None, delimiter: str | None) -> Dialect:
    """Return the dialect of a file; what is declared wins over what is detected.

    Raises MappingError for a declared encoding or delimiter that cannot be right, naming what would do.
    """
    with path.open("rb") as file:
        raw = file.read(SAMPLE_BYTES)
    known = _declared(path, encoding) if encoding else _detected(path, raw)
    sample = _decoded(raw, known)
    chosen = _delimiter(path, sample, delimiter)
    skip, header = _header(sample, chosen)
    return Dialect(known, chosen, header, skip)


def _declared(path: Path, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise MappingError(
            f"{path}: unknown encoding {encoding!r}; utf-8, gb18030, utf-16, cp1252 would do"
        ) from None
    return "utf-8" if name in ("utf-8", "utf-8-sig", "ascii") else name


def _detected(path: Path, raw: bytes) -> str:
    """Return utf-8 or the encoding a byte-order mark names; text that is neither has to be declared."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
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
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or not _broken_lines(raw):
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


def _delimiter(path: Path, sample: str, declared: str | None) -> str:
    widths = {candidate: _steady_width(sample, candidate) for candidate in DELIMITERS}
    best = max(DELIMITERS, key=lambda candidate: widths[candidate])
    if declared is None:
        return best
    if declared not in widths:
        widths[declared] = _steady_width(sample, declared)
    if len(_header(sample, declared)[1]) == 1 and widths[best] > 1:
        raise MappingError(
            f"{path}: delimiter {declared!r} gives one column, {NAMES.get(best, best)!r} gives {widths[best]};"
            f" say `file: {{delimiter: {best!r}}}`"
        )
    return declared


def _steady_width(sample: str, delimiter: str) -> int:
    """Return the number of columns when at least four of five sampled records agree with the header, else 1."""
    widths = [len(record) for record in _records(sample, delimiter) if record]
    if not widths:
        return 1
    agreeing = Counter(widths)[widths[0]]
    return widths[0] if agreeing >= 0.8 * len(widths) else 1


def _records(sample: str, delimiter: str) -> Iterator[list[str]]:
    whole = sample if len(sample) < SAMPLE_BYTES // 4 else sample.rpartition("\n")[0]
    reader = csv.reader(io.StringIO(whole.replace("\0", " "), newline=""), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error:
        return


def _header(sample: str, delimiter: str) -> tuple[int, tuple[str, ...]]:
    for number, record in enumerate(_records(sample, delimiter), start=1):
        if any(field.strip() for field in record):
            return number, tuple(record)
    return 0, ()
