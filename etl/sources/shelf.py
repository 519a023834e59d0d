"""Where files of a drop folder go once they were read: a folder per day, nothing ever overwritten."""

import errno
import os
import shutil
from dataclasses import dataclass
from datetime import date
from itertools import chain, count
from pathlib import Path

from etl.model import SourceError


@dataclass(frozen=True)
class Shelf:
    """A folder with a folder for each day in it."""

    folder: Path

    def check(self) -> None:
        """See that files can be put here; makes the folder. Raises SourceError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SourceError(f"{self.folder}: cannot be made ({error.strerror})", permanent=False) from error
        check_writable(self.folder)

    def put(self, path: Path, day: date, reason: str | None = None) -> Path:
        """Move a file into the folder of a day and return its new place; a taken name gets a number.

        reason  written beside it, before it is moved
        Raises OSError; then the file is where it was.
        """
        target = self._place(path.name, day)
        beside = _beside(target)
        try:
            if reason is not None:
                beside.write_text(reason, encoding="utf-8")
            _move(path, target)
        except OSError:
            target.unlink()  # the empty file that holds the name
            beside.unlink(missing_ok=True)
            raise
        return target

    def _place(self, name: str, day: date) -> Path:
        """Return a path of that day that nobody else gets: an empty file stands there; raises OSError."""
        folder = self.folder / day.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        stem, dot, suffix = name.partition(".")
        names = chain([name], (f"{stem}-{number}{dot}{suffix}" for number in count(2)))
        return next(place for place in map(folder.joinpath, names) if _take(place))


def _take(place: Path) -> bool:
    """Take a name; return False where it is a file's already.

    An empty file without a reason only holds the name for a move that a kill broke off.
    """
    try:
        place.open("xb").close()
    except FileExistsError:
        return place.stat().st_size == 0 and not _beside(place).exists()
    return True


def _beside(place: Path) -> Path:
    """Return where the reason for a file is written."""
    return place.with_name(f"{place.name}.reason.txt")


def check_writable(folder: Path) -> None:
    """See that files can be moved out of and into a folder; raises SourceError."""
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SourceError(
            f"{folder}: read-only for this program, so files cannot be moved; give it the right to write there, or"
            " leave `archive` and `quarantine` out of the settings: files then stay where they are",
            permanent=False,
        )


def _move(path: Path, target: Path) -> None:
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy_over(path, target)


def _copy_over(path: Path, target: Path) -> None:
    """Move between file systems: the target is whole or not there at any time."""
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.copy2(path, part)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    path.unlink()
