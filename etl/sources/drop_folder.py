"""A folder files are laid into: each is loaded once, then moved to the archive, or to the quarantine with a reason.

A file is moved after its load was committed. The ledger knows its content, so a kill in between loads nothing twice:
the next pull finds the file, finds its content loaded, and moves it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from data.tongue import VOICE
from etl.model import Delivery, MappingError, SourceError
from etl.sources.file import Content, FileReader, contents, fits, is_unfinished, patterns, readable
from etl.sources.shelf import Shelf, check_writable

SETTLE_S = 2.0  # a file written to so recently may still be growing
MOST_AHEAD_S = 86_400  # a change time further in the future tells nothing about when the file was written
MOST = 5  # names told in a note
MOST_COLUMNS = 60


@dataclass(frozen=True)
class Drop:
    """What becomes of the files of a folder; without archive and quarantine they stay where they are.

    archive     for files that were loaded
    quarantine  for files that could not be loaded
    order       loaded by name, or by the time of their last change
    zone        whose days the folders of archive and quarantine are
    """

    archive: Path | None = None
    quarantine: Path | None = None
    order: Literal["name", "date"] = "name"
    zone: str = "UTC"


@dataclass(frozen=True)
class Found:
    """A file as it was listed: size in bytes and time of last change in ns."""

    path: Path
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> "Found | None":
        """Return the file as it is now; None = it is gone, or no file."""
        try:
            now = path.stat()
        except FileNotFoundError:
            return None
        return cls(path, now.st_size, now.st_mtime_ns) if path.is_file() else None


def is_settled(mtime_ns: int, now: datetime) -> bool:
    """Return whether nobody has written for a while to a file that was last changed then."""
    age_s = now.timestamp() - mtime_ns / 1e9
    return age_s >= SETTLE_S or age_s < -MOST_AHEAD_S


class DropFolder:
    """Files that are each loaded once, one by one; see etl.model.Source.

    inbox  the folder, or a single file in it
    """

    def __init__(self, reader: FileReader, inbox: Path, drop: Drop) -> None:
        self._reader = reader
        self._inbox = inbox
        self._drop = drop
        self._archive = Shelf(drop.archive) if drop.archive is not None else None
        self._quarantine = Shelf(drop.quarantine) if drop.quarantine is not None else None

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield one delivery for each file that is whole and was not loaded yet.

        Raises SourceError when the folder is not there, or files cannot be moved out of it.
        """
        self._check_folders()
        listed = self._listed()
        ready = [found for found in listed if self._tables(found.path) and is_settled(found.mtime_ns, now)]
        pending = [found for found in ready if not self._is_seen(found, contents(cursor))]
        for found in pending:
            yield self._delivery(found, now)
        if not pending:
            yield Delivery(self._reader.source_id, (), note=self._idle(listed, ready, now))

    def _check_folders(self) -> None:
        if not self._inbox.exists():
            raise SourceError(f"{self._inbox}: no such folder", permanent=False)
        shelves = [shelf for shelf in (self._archive, self._quarantine) if shelf is not None]
        if shelves:
            check_writable(self._inbox if self._inbox.is_dir() else self._inbox.parent)
        for shelf in shelves:
            shelf.check()

    def _listed(self) -> list[Found]:
        """Return the files of the folder in the order they are loaded."""
        paths = sorted(self._inbox.iterdir()) if self._inbox.is_dir() else [self._inbox]
        listed = [found for found in map(Found.of, paths) if found is not None]
        return listed if self._drop.order == "name" else sorted(listed, key=lambda found: found.mtime_ns)

    def _tables(self, path: Path) -> list[str]:
        return [table.name for table in self._reader.tables if fits(path, table)]

    def _is_seen(self, found: Found, seen: Mapping[str, Content]) -> bool:
        """Return whether a file that stays in the folder was loaded; with an archive the ledger tells by content."""
        known = seen.get(str(found.path))
        same = known is not None and (known.size, known.mtime_ns) == (found.size, found.mtime_ns)
        return same and self._archive is None

    def _delivery(self, found: Found, now: datetime) -> Delivery:
        delivery = self._reader.opened(dict.fromkeys(self._tables(found.path), found.path))
        if not delivery.batches and delivery.error is None:
            delivery = replace(delivery, error=_empty(found.path), seen={}, note=None)
        if self._archive is not None:
            delivery = replace(delivery, seen={})  # the folder itself tells what is left to do
        columns = tuple(dict.fromkeys(name for batch in delivery.batches for name in batch.rows.columns))
        return replace(delivery, settle=partial(self._settle, found, now, columns))

    def _settle(
        self, found: Found, now: datetime, columns: Sequence[str], error: Exception | None, held: Sequence[str]
    ) -> None:
        """Move a file that was loaded or cannot be; one that was written to meanwhile is left for the next pull."""
        if Found.of(found.path) != found:
            return
        day = now.astimezone(ZoneInfo(self._drop.zone))
        if error is None and self._archive is not None:
            _moved(found.path, partial(self._archive.put, found.path, day.date()), "it is loaded")
        elif error is not None and self._quarantine is not None and _is_lasting(error):
            reason = self._reason(found.path, day, columns, [str(error), *held])
            _moved(found.path, partial(self._quarantine.put, found.path, day.date(), reason), "it did not load")

    def _reason(self, path: Path, moved: datetime, columns: Sequence[str], why: Sequence[str]) -> str:
        """Return why a file did not load, in every language: who finds it is not who started the monitor."""
        lines = [
            f"file:     {readable(path.name)}",
            f"source:   {self._reader.source_id}",
            f"moved:    {moved.isoformat(sep=' ', timespec='seconds')}",
            f"columns:  {_names(columns, MOST_COLUMNS)}",
            "",
            "why nothing of it was loaded:",
            *(f"  {line}" for part in why for line in part.splitlines()),
            "",
            "what would do: mend the file (or the mapping, if the file is right) and put it back into",
            f"  {self._inbox}",
        ]
        return "\n\n".join(VOICE.in_all("\n".join(lines))) + "\n"

    def _idle(self, listed: Sequence[Found], ready: Sequence[Found], now: datetime) -> str:
        growing = [
            each.path.name for each in listed if self._tables(each.path) and not is_settled(each.mtime_ns, now)
        ]
        growing += [each.path.name for each in listed if is_unfinished(each.path.name)]
        strange = [
            each.path.name for each in listed if not self._tables(each.path) and not is_unfinished(each.path.name)
        ]
        told = [f"no new file in {self._inbox} fits {patterns(self._reader.tables)}"]
        told += [f"already loaded: {_names([each.path.name for each in ready])}"] if ready else []
        told += [f"still being written: {_names(growing)}"] if growing else []
        told += [f"left alone, as no table asks for them: {_names(strange)}"] if strange else []
        return "; ".join(told)


def _moved(path: Path, move: Callable[[], Path], state: str) -> None:
    try:
        move()
    except OSError as error:
        place, other = readable(str(path)), readable(str(error.filename))
        raise SourceError(
            f"{place}: {state}, but could not be moved ({error.strerror}: {other}). Nothing of it is loaded"
            " twice; see to the rights and the room on the disk, the next pull tries again",
            permanent=False,
        ) from error


def _names(names: Sequence[str], most: int = MOST) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(readable, names[:most])) + more


def _empty(path: Path) -> SourceError:
    return SourceError(
        f"{path}: empty, without even a header; if its upload was broken off, deliver it again", permanent=True
    )


def _is_lasting(error: Exception) -> bool:
    """Return whether reading the same file again is no use."""
    return isinstance(error, MappingError) or not isinstance(error, SourceError) or error.permanent
