"""Folders of object stores that speak S3, through pyarrow's file system behind fsspec's interface."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, urlsplit

from fsspec.implementations.arrow import ArrowFSWrapper
from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

from etl.model import SourceError
from etl.sources.remote.store import Access, Store

ATTEMPTS = 4  # of a request that meets an overloaded or failing store
CONNECT_S = 10.0
LASTING = {
    "ACCESS_DENIED": "the store refuses to let it be read; see to the rights of the access key",
    "INVALID_ACCESS_KEY_ID": "the store does not know the access key; see whether it was changed",
    "SIGNATURE_DOES_NOT_MATCH": "the secret does not fit the access key; see whether it was changed",
    "INVALID_SIGNATURE": "the secret does not fit the access key; see whether it was changed",
    "NO_SUCH_BUCKET": "there is no such bucket",
}
CODE = re.compile(r"AWS Error ([A-Z_]+)")


class _Trouble:
    """What errors of S3 mean."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def __call__(self, error: Exception, place: str) -> SourceError | None:
        if isinstance(error, FileNotFoundError):
            return SourceError(f"{place}: no such file or folder", permanent=False)
        if not isinstance(error, OSError):
            return None
        found = CODE.search(str(error))
        code = found[1] if found else ""
        if code in LASTING:
            return SourceError(f"{place}: {LASTING[code]} ({code})", permanent=True)
        why = self._access.without_secrets(str(error))
        return SourceError(f"{place}: the store failed or the connection broke off ({why})", permanent=False)


@contextmanager
def opened(parts: SplitResult, access: Access) -> Iterator[Store]:
    """Give the folder of an address; raises SourceError."""
    system = ArrowFSWrapper(S3FileSystem(**_how(access)), skip_instance_cache=True, use_listings_cache=False)
    place = f"s3://{parts.netloc}{parts.path}"
    yield Store(place, system, f"{parts.netloc}{parts.path}".rstrip("/"), _Trouble(access), is_prefix=True)


def _how(access: Access) -> dict[str, Any]:
    how: dict[str, Any] = {
        "access_key": access.user,
        "secret_key": access.password,
        "region": access.region,
        "tls_ca_file_path": str(access.ca) if access.ca else None,
        "connect_timeout": CONNECT_S,
        "background_writes": False,
        "retry_strategy": AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
    }
    if access.endpoint is not None:
        at = urlsplit(access.endpoint)
        how |= {"scheme": at.scheme, "endpoint_override": at.netloc, "region": access.region or "us-east-1"}
    return how
