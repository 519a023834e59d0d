"""Folders of object stores, at one on loopback: pages, prefixes, overload, and what its refusals mean."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.model import SourceError
from tests.etl.contract import error_of
from tests.etl.loading import fates
from tests.etl.remote_rooms import S3Room, text
from tests.etl.servers import s3


@pytest.fixture
def s3_room(tmp_path: Path) -> Iterator[S3Room]:
    room = S3Room(tmp_path)
    with s3.serving(room.desk):
        yield room


def test_many_objects_come_in_pages_and_folders_are_left_out(s3_room: S3Room) -> None:
    s3_room.desk.page = 3
    for number in range(10):
        s3_room.lay(f"{number}.csv", text(number))
    s3_room.lay("archive/old.csv", text(99))
    assert s3_room.pull()[1] is None
    assert s3_room.tickets() == [str(number) for number in range(10)]


def test_a_prefix_without_objects_is_an_empty_folder(s3_room: S3Room) -> None:
    (report,), error = s3_room.pull()
    assert (error, report.message) == (None, "no file in s3://desk/out fits *")


def test_a_store_that_asks_to_slow_down_is_asked_again(s3_room: S3Room) -> None:
    s3_room.lay("a.csv", text(1))
    s3_room.desk.faults = [(503, "SlowDown"), (500, "InternalError")]
    assert s3_room.pull()[1] is None
    assert s3_room.tickets() == ["1"]


@pytest.mark.parametrize(
    ("status", "code", "why", "is_lasting"),
    [
        (403, "AccessDenied", "refuses to let it be read", True),
        (403, "InvalidAccessKeyId", "does not know the access key; see whether it was changed", True),
        (403, "SignatureDoesNotMatch", "the secret does not fit the access key; see whether it was changed", True),
        (404, "NoSuchBucket", "there is no such bucket", True),
        (500, "InternalError", "the store failed or the connection broke off", False),
    ],
)
def test_what_a_store_answers_is_told(s3_room: S3Room, status: int, code: str, why: str, is_lasting: bool) -> None:
    s3_room.desk.faults = [(status, code)] * 9
    error = error_of(s3_room.source)
    assert isinstance(error, SourceError)
    assert str(error).startswith("s3://desk/out: ")
    assert why in str(error)
    assert error.permanent == is_lasting


def test_an_object_that_may_not_be_read_does_not_keep_the_others(s3_room: S3Room) -> None:
    s3_room.lay("a.csv", text(1))
    s3_room.lay("b.csv", text(2))
    s3_room.desk.refused.add("out/a.csv")
    reports, error = s3_room.pull()
    assert "s3://desk/out/a.csv: the store refuses to let it be read" in str(error)
    assert [fates(report) for report in reports] == [(1, 0, 0, 0)]
