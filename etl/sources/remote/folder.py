"""A remote folder as a source: new and changed files are copied here one by one, loaded, and the copies removed."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

from etl.model import Delivery, SourceError
from etl.sources.drop_folder import is_settled
from etl.sources.file import Content, FileReader, contents, fits, patterns
from etl.sources.remote.store import RemoteFile, Store


class RemoteFolder:
    """Files of a remote folder that are each loaded once; a changed one is loaded again. See etl.model.Source.

    opened  opens the folder for one pull
    copies  folder here for the copies of this source alone
    order   loaded by name, or by the time of their last change
    """

    def __init__(
        self,
        reader: FileReader,
        opened: Callable[[], AbstractContextManager[Store]],
        copies: Path,
        order: Literal["name", "date"] = "name",
    ) -> None:
        self._reader = reader
        self._opened = opened
        self._copies = copies
        self._order = order

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield one delivery for each new or changed file, its copy beside; raises SourceError."""
        seen = contents(cursor)
        with self._opened() as store:
            everything = store.files()
            gone = frozenset(seen).difference(map(store.place, everything))
            listed = [file for file in everything if self._tables(file)]
            pending = [file for file in listed if not _is_seen(seen, store, file) and is_settled(file.mtime_ns, now)]
            if self._order == "date":
                pending.sort(key=lambda file: file.mtime_ns)
            self._keep(pending)
            n_given = 0
            for file in pending:
                delivery = self._delivery(store, file)
                if delivery is not None:
                    n_given += 1
                    yield replace(delivery, gone=gone)
        if not n_given:
            yield Delivery(self._reader.source_id, (), note=self._idle(store, listed))

    def _tables(self, file: RemoteFile) -> list[str]:
        return [table.name for table in self._reader.tables if fits(Path(file.name), table)]

    def _keep(self, pending: Sequence[RemoteFile]) -> None:
        """Remove what earlier pulls left here, but for whole copies of files that are still to be loaded."""
        wanted = {file.name: file for file in pending}
        for path in self._copies.iterdir() if self._copies.exists() else ():
            file = wanted.get(path.name)
            if file is None or not _is_copy(path, file):
                path.unlink()
        try:
            if pending:
                self._copies.mkdir(parents=True, exist_ok=True)
            elif self._copies.exists():
                self._copies.rmdir()
        except OSError as error:
            why = f"{self._copies}: no folder for copies can be made there ({error.strerror}); see remote.copies"
            raise SourceError(why, permanent=False) from error

    def _delivery(self, store: Store, file: RemoteFile) -> Delivery | None:
        """Return the delivery of a file; None = somebody writes to it, so that it is left for the next pull.

        What is wrong with one file is inside, so that those behind it are still read.
        """
        copy = self._copies / file.name
        try:
            if not (copy.exists() and _is_copy(copy, file)) and not _fetched(store, file, copy):
                return None
        except SourceError as error:
            if not error.permanent and not isinstance(error.__cause__, FileNotFoundError):
                raise
            return Delivery(self._reader.source_id, (), file_name=file.name, error=error)
        delivery = self._reader.opened(dict.fromkeys(self._tables(file), copy))
        seen = {store.place(file): (file.size, file.mtime_ns, entry[2]) for entry in delivery.seen.values()}
        return replace(delivery, seen=seen, settle=partial(self._settle, copy))

    def _settle(self, copy: Path, error: Exception | None, _: Sequence[str]) -> None:
        """Remove the copy of a loaded file; that of a bad one stays, so that it is not fetched again and again."""
        if error is None:
            copy.unlink(missing_ok=True)

    def _idle(self, store: Store, listed: Sequence[RemoteFile]) -> str:
        if not listed:
            return f"no file in {store.address} fits {patterns(self._reader.tables)}"
        return f"{store.address}: {len(listed)} files, nothing new"


def _is_seen(seen: Mapping[str, Content], store: Store, file: RemoteFile) -> bool:
    known = seen.get(store.place(file))
    return known is not None and (known.size, known.mtime_ns) == (file.size, file.mtime_ns)


def _is_copy(path: Path, file: RemoteFile) -> bool:
    here = path.stat()
    return (here.st_size, here.st_mtime_ns) == (file.size, file.mtime_ns)


def _fetched(store: Store, file: RemoteFile, copy: Path) -> bool:
    """Copy a file here, whole or not at all; return False when it changed meanwhile."""
    part = copy.with_name(f".{file.name}.part")
    try:
        store.fetch(file, part)
        if part.stat().st_size != file.size or store.now(file) != file:
            return False
        os.utime(part, ns=(file.mtime_ns, file.mtime_ns))
        part.replace(copy)
    finally:
        part.unlink(missing_ok=True)
    return True
