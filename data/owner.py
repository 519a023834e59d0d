"""One process owns a warehouse file; a second one is told who does."""

import fcntl
import json
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType

from data.disk import see_writable


class OwnedElsewhere(Exception):
    """Another process owns the warehouse; the message names its pid and since when.

    address  where its pages are; None = it has none
    """

    def __init__(self, message: str, warehouse: Path, address: str | None) -> None:
        super().__init__(message)
        self.warehouse, self.address = warehouse, address


class Owner:
    """Exclusive ownership of a warehouse file for the life of the process (flock beside the file)."""

    def __init__(self, warehouse: Path, now: datetime) -> None:
        self.warehouse = warehouse
        self._path = warehouse.with_name(warehouse.name + ".owner")
        self._now = now
        self._handle: int | None = None

    def __enter__(self) -> "Owner":
        """Take ownership; raises OwnedElsewhere at once when another process has it, and NotWritable."""
        see_writable(self._path)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        os.set_inheritable(handle, False)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            told = os.read(handle, 4096).decode("utf-8", "replace")
            os.close(handle)
            raise self._refusal(told) from None
        self._handle = handle
        self._write(None)
        return self

    def tell(self, address: str) -> None:
        """Let others know where the pages of this process are."""
        self._write(address)

    def _write(self, address: str | None) -> None:
        told = {"pid": os.getpid(), "since": self._now.isoformat(), "address": address}
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, json.dumps(told).encode(), 0)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give ownership up."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _refusal(self, told: str) -> OwnedElsewhere:
        try:
            owner = json.loads(told)
            who, address = f"process {owner['pid']} since {owner['since']}", owner.get("address")
        except (ValueError, KeyError):
            who, address = "another process", None
        way = f"its web address {address}" if address else "its web address"
        message = f"{self.warehouse} is in use by {who}; stop it, or work through {way}"
        return OwnedElsewhere(message, self.warehouse, address)
