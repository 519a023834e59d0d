"""One process owns a warehouse file; a second one is told who does."""

import fcntl
import json
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType


class OwnedElsewhere(Exception):
    """Another process owns the warehouse; the message names its pid and since when."""


class Owner:
    """Exclusive ownership of a warehouse file for the life of the process (flock beside the file)."""

    def __init__(self, warehouse: Path, now: datetime) -> None:
        self._path = warehouse.with_name(warehouse.name + ".owner")
        self._now = now
        self._handle: int | None = None

    def __enter__(self) -> "Owner":
        """Take ownership; raises OwnedElsewhere at once when another process has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        os.set_inheritable(handle, False)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            told = os.read(handle, 4096).decode("utf-8", "replace")
            os.close(handle)
            raise OwnedElsewhere(self._refusal(told)) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "since": self._now.isoformat()}).encode(), 0)
        self._handle = handle
        return self

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

    def _refusal(self, told: str) -> str:
        try:
            owner = json.loads(told)
            who = f"process {owner['pid']} since {owner['since']}"
        except (ValueError, KeyError):
            who = "another process"
        return f"{self._path.with_suffix('')} is in use by {who}; stop it, or work through its web address"
