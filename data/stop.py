"""The signals that ask the process to stop: remembered while it starts, then raised once, then the system's again."""

import os
import signal
import sys
import threading
from types import FrameType

from data.terminal import unread

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stop:
    """A wish to stop, from the service manager, from Ctrl-C or from a terminal that is closed.

    Blocking the signals in the main thread would not keep them off: any other thread may take one, and the
    interpreter still runs the handler in the main thread. So what must not be broken off half-way is done between
    hold and let.
    """

    def __init__(self) -> None:
        self._is_wished = False
        self._heard: tuple[signal.Signals, ...] = ()

    def hold(self) -> None:
        """Only remember a signal from now on, SIGINT too, which a shell that starts us in the background ignores.

        A terminal that is closed does not matter to whom nohup started: SIGHUP stays ignored.
        """
        self._heard = tuple(each for each in SIGNALS if each != signal.SIGHUP or not _is_ignored(each))
        for each in self._heard:
            signal.signal(each, self._remember)

    def let(self) -> None:
        """Raise KeyboardInterrupt at the next signal, or now when one has come; the one after it ends the process."""
        for each in self._heard:
            signal.signal(each, self._interrupt)
        if self._is_wished:
            self._interrupt(signal.SIGTERM, None)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self._is_wished = True

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        for each in self._heard:
            is_hangup = each == signal.SIGHUP  # told twice, by the shell and by the system
            signal.signal(each, signal.SIG_IGN if is_hangup else signal.SIG_DFL)
        raise KeyboardInterrupt


def _is_ignored(each: signal.Signals) -> bool:
    return signal.getsignal(each) == signal.SIG_IGN


def leave() -> None:
    """End the process well, at once where threads are left that hang in a read; call it when all is closed.

    The interpreter cannot end beside them: it ends such a thread in the middle of the engine's code, which aborts.
    """
    if any(thread.daemon for thread in threading.enumerate()):
        for stream in filter(None, (sys.stdout, sys.stderr)):  # None = closed before the start
            with unread(stream):
                stream.flush()
        os._exit(0)
