"""Items of a source are read while the ones before are used, in order, and none is read for nobody."""

import threading
from collections.abc import Iterator

import pytest

from etl.pull.ahead import ahead


def test_all_items_come_in_their_order() -> None:
    assert list(ahead(iter(range(100)))) == list(range(100))


def test_nothing_gives_nothing() -> None:
    assert list(ahead(iter(()))) == []


def test_the_next_item_is_read_while_one_is_used() -> None:
    is_second_read = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        is_second_read.set()
        yield 2

    found = ahead(items())
    assert next(found) == 1
    assert is_second_read.wait(30)
    assert list(found) == [2]


def test_no_more_than_one_item_is_read_ahead() -> None:
    begun: list[int] = []
    is_second_read = threading.Event()

    def items() -> Iterator[int]:
        for number in range(10):
            begun.append(number)
            if number == 1:
                is_second_read.set()
            yield number

    found = ahead(items())
    next(found)
    assert is_second_read.wait(30)
    found.close()
    assert begun == [0, 1]


def test_an_error_comes_out_behind_what_was_read_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the source is gone")

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(ValueError, match="the source is gone"):
        next(found)


def test_a_source_that_is_not_wanted_any_more_is_closed() -> None:
    is_closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            yield from range(10)
        finally:
            is_closed.set()

    found = ahead(items())
    next(found)
    found.close()
    assert is_closed.is_set()
