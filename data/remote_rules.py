"""How a folder of files is opened that is an address: sftp://host/folder or s3://bucket/folder (docs/sources.md)."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, model_validator

SCHEMES: Mapping[str, frozenset[str]] = {
    "sftp": frozenset({"user", "password", "key", "passphrase", "known_hosts"}),
    "s3": frozenset({"user", "password", "endpoint", "region", "ca"}),
}


class RemoteRule(BaseModel):
    """Who asks for the files of a remote folder, and how the other side is known.

    user        of SFTP; id of the access key of S3
    password    of SFTP; secret of the access key of S3; ${NAME} and ${file:/path} keep it out of the file
    key         (SFTP) file with the private key, and passphrase, what opens it
    known_hosts (SFTP) file with the keys of servers; null = ~/.ssh/known_hosts
    endpoint    (S3) address of a store that is not Amazon's, such as https://minio.internal:9000
    region      (S3) null = us-east-1, or as the machine is set up
    ca          (S3) file with the authorities that sign its certificate
    copies      folder for the copies that are read; each is removed once it is loaded
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str | None = None
    password: str | None = None
    key: Path | None = None
    passphrase: str | None = None
    known_hosts: Path | None = None
    endpoint: str | None = None
    region: str | None = None
    ca: Path | None = None
    copies: Path = Path("data/run/fetched")

    @model_validator(mode="after")
    def _user_and_password_go_together(self) -> "RemoteRule":
        if self.user is None and (self.password or self.key):
            raise ValueError("a password or key needs `user`, whose it is")
        if self.passphrase is not None and self.key is None:
            raise ValueError("a passphrase opens a `key`, name its file")
        return self

    def check(self, path: str) -> None:
        """Raise ValueError when this does not fit the address of a folder."""
        scheme = address(path).scheme
        given = {name for name in type(self).model_fields if getattr(self, name) is not None} - {"copies"}
        strange = given - SCHEMES[scheme]
        if strange:
            raise ValueError(
                f"remote.{min(strange)} is not for {scheme}://; it takes {', '.join(sorted(SCHEMES[scheme]))}"
            )
        if scheme == "sftp" and (self.user is None or not (self.password or self.key)):
            raise ValueError("sftp:// needs remote.user, and remote.password or remote.key")
        if scheme == "s3" and (self.user is None) != (self.password is None):
            raise ValueError("s3:// needs both remote.user and remote.password, or neither")


def is_remote(path: str | None) -> bool:
    """Return whether a path of the settings is an address."""
    return path is not None and "://" in path


def address(path: str) -> SplitResult:
    """Return the parts of an address; ValueError when it is none, or tells a secret."""
    parts = urlsplit(path)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"a folder at {parts.scheme}:// cannot be read; sftp:// and s3:// can")
    if "@" in parts.netloc:
        raise ValueError(
            "the address holds a user; write `remote: {user: ..., password: ...}` and leave it out there"
        )
    if not parts.hostname or parts.port == 0:  # a port that is no number is a ValueError of its own
        raise ValueError(f"{path}: there is no {'bucket' if parts.scheme == 's3' else 'host'} in it")
    return parts
