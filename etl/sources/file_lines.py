"""Lines of a file as an editor counts them: LF, CRLF and CR each end one, inside of quotes too."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK = 8_388_608
PIECE = 65_536
BREAK = re.compile(rb"[\r\n]")


@dataclass(frozen=True)
class Line:
    """One line: its number from 1, and its text; bytes that are no UTF-8 are written as \\xff."""

    number: int
    text: str


def lines_at(path: Path, positions: Iterable[int]) -> dict[int, Line]:
    """Return by byte position the first line with anything in it that begins there or behind."""
    found: dict[int, Line] = {}
    with path.open("rb") as file:
        counter = _Counter()
        for position in sorted(positions):
            counter.go_on(file, position)
            counter.skip_breaks(file)
            found[position] = Line(counter.breaks + 1, _text(file))
            file.seek(counter.at)
    return found


class _Counter:
    """Counts the line breaks of a file from its start on."""

    def __init__(self) -> None:
        self.at, self.breaks = 0, 0
        self._is_behind_cr = False

    def go_on(self, file: BinaryIO, position: int) -> None:
        while self.at < position and (part := file.read(min(position - self.at, CHUNK))):
            self._count(part)

    def skip_breaks(self, file: BinaryIO) -> None:
        while (part := file.read(1)) in (b"\r", b"\n"):
            self._count(part)
        file.seek(self.at)

    def _count(self, part: bytes) -> None:
        self.breaks += part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n")
        self.breaks -= self._is_behind_cr and part.startswith(b"\n")
        self._is_behind_cr = part.endswith(b"\r")
        self.at += len(part)


def _text(file: BinaryIO) -> str:
    pieces: list[bytes] = []
    while piece := file.read(PIECE):
        end = BREAK.search(piece)
        pieces.append(piece[: end.start()] if end else piece)
        if end:
            break
    return b"".join(pieces).decode("utf-8", "backslashreplace")
