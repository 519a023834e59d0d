"""Reading ahead: what a source gives next is read while the one before is being loaded."""

import threading
from collections.abc import Generator, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
GRACE_S = 5.0  # a source that hangs in a read is not waited for any longer


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """Yield the items of an iterator that is run in a thread, one ahead; its error comes out in its place.

    When this is closed early, the item that is being read is waited for, and the iterator is closed.
    """
    reader = _Reader(items)
    reader.start()
    try:
        while not isinstance(item := reader.take(), _End):
            yield item
    finally:
        reader.give_up()
    if item.error is not None:
        raise item.error


class _End:
    """The iterator has no more; `error` is what it broke off with, None = it ended well."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Reader(Generic[T]):
    """Runs an iterator in a thread of its own; each item waits there until it is taken, then the next is read."""

    def __init__(self, items: Iterator[T]) -> None:
        self._items = items
        self._waiting: list[T | _End] = []
        self._is_given_up = False
        self._turn = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="reading ahead", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def take(self) -> T | _End:
        """Return the next item as soon as it is there."""
        with self._turn:
            self._turn.wait_for(lambda: self._waiting)
            self._turn.notify_all()
            return self._waiting.pop()

    def give_up(self) -> None:
        """Have the thread end after the item that it is reading, and wait for it."""
        with self._turn:
            self._is_given_up = True
            self._turn.notify_all()
        self._thread.join(GRACE_S)

    def _run(self) -> None:
        end = _End()
        try:
            for item in self._items:
                if not self._hand_over(item):
                    break
        except BaseException as error:  # raised where the items are used
            end = _End(error)
        finally:
            if isinstance(self._items, Generator):
                self._items.close()
        self._hand_over(end)

    def _hand_over(self, item: T | _End) -> bool:
        """Wait until the item is taken; return whether more are wanted."""
        with self._turn:
            self._waiting.append(item)
            self._turn.notify_all()
            self._turn.wait_for(lambda: not self._waiting or self._is_given_up)
            return not self._is_given_up
