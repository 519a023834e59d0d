"""The secret mixed into the hashes of customers."""

import secrets
from pathlib import Path


def salt_beside(warehouse: Path) -> str:
    """Return the salt of a warehouse; made once and kept beside it, for its owner's eyes only."""
    file = warehouse.with_name(warehouse.name + ".salt")
    if not file.exists():
        file.write_text(secrets.token_hex(16), encoding="ascii")
        file.chmod(0o600)
    return file.read_text(encoding="ascii").strip()
