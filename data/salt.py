"""Secrets kept beside a warehouse: the salt of customers' hashes, and the token of who may step in."""

import secrets
from pathlib import Path


def salt_beside(warehouse: Path) -> str:
    """Return the salt of a warehouse; made once and kept beside it, for its owner's eyes only."""
    return _kept(warehouse.with_name(warehouse.name + ".salt"))


def token_beside(warehouse: Path) -> str:
    """Return what somebody at another computer has to know to step in; made once, for its owner's eyes only."""
    return _kept(warehouse.with_name(warehouse.name + ".token"))


def _kept(file: Path) -> str:
    if not file.exists():
        file.touch(0o600)
        file.write_text(secrets.token_hex(16), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def stand_in() -> str:
    """Return a secret for this once: what a person who was erased is hashed from. It is kept nowhere."""
    return secrets.token_hex(32)
