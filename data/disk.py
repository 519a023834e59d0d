"""What can be wrong with the place of the warehouse: no right to write, or no room. In words a person can act on."""

import errno
import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

LEAST_SPARE = 2**30
FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
OTHER_FILE = re.compile(r'The file "(.+)" exists, but it is not a valid DuckDB database file')
CLOSED = (errno.EACCES, errno.EROFS, errno.EPERM)
REMEDY = "give this user the right to write the file and its folder, or name another place as `warehouse` in settings"


class NoRoom(OSError):
    """The disk is full, or the process may write no larger files; nothing of what failed was kept."""


class NotAWarehouse(OSError):
    """The file is something else, or the warehouse of another version of this program."""


class NotWritable(OSError):
    """The warehouse or its folder must not be written."""


def see_writable(path: Path) -> None:
    """Raise NotWritable unless the file, or what it would be made in, can be written."""
    for place in (path, path.with_name(path.name + ".wal"), _folder(path)):
        if place.exists() and not os.access(place, os.W_OK):
            raise NotWritable(f"{path}: the warehouse cannot be written, {place} is read-only for us; {REMEDY}")


def _folder(path: Path) -> Path:
    """Return the nearest folder that is there."""
    return next(folder for folder in path.absolute().parents if folder.exists())


def is_short(path: Path) -> bool:
    """Return whether there is less room than the file could need to be written anew in part, a gigabyte at least."""
    size = path.stat().st_size if path.exists() else 0
    return _room(path, size) < max(LEAST_SPARE, size)


def _room(path: Path, size: int) -> int:
    """Return how many bytes a file of that size may grow by: what is free, within the limit of the process."""
    disk = os.statvfs(_folder(path))
    free = disk.f_bavail * disk.f_frsize
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return free if limit == resource.RLIM_INFINITY else min(free, limit - size)


@contextmanager
def telling() -> Iterator[None]:
    """Let errors of the engine that come from the disk come out as one of those above; others pass."""
    try:
        yield
    except duckdb.Error as error:
        fault = _fault(str(error).splitlines()[0])
        if fault is None:
            raise
        raise fault from error


def _fault(told: str) -> OSError | None:
    if any(os.strerror(code) in told for code in FULL):
        return NoRoom(
            f"there is no room to write the warehouse ({told}): nothing of this was kept, what was loaded before"
            " stays; make room, and it goes on by itself"
        )
    if any(os.strerror(code) in told for code in CLOSED):
        return NotWritable(f"the warehouse cannot be written ({told}); {REMEDY}")
    if found := OTHER_FILE.search(told):
        return NotAWarehouse(f"{found[1]}: is no warehouse of this program; move it away, or name another file")
    return None
