"""Folders at other computers: files are copied here one by one, loaded, and the copies removed."""

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult

from etl.model import SourceError
from etl.sources.file import FileReader
from etl.sources.remote.folder import RemoteFolder
from etl.sources.remote.store import Access

OPENERS = {"sftp": "etl.sources.remote.sftp", "s3": "etl.sources.remote.s3"}


def open_remote(
    reader: FileReader, place: SplitResult, access: Access, copies: Path, order: Literal["name", "date"] = "name"
) -> RemoteFolder:
    """Return the source of a folder at sftp:// or s3://; nothing is opened before it is read.

    Raises SourceError when the packages that this needs are not installed.
    """
    try:
        opener = import_module(OPENERS[place.scheme])
    except ModuleNotFoundError as error:
        what = f"{place.scheme}:// needs the package {error.name}; install the extra `remote`"
        raise SourceError(f"source {reader.source_id}: {what}", permanent=True) from error
    return RemoteFolder(reader, partial(opener.opened, place, access), copies / reader.source_id, order)
