"""The signals that ask the process to stop: remembered while it starts, then raised once, then the system's again."""

import os
import signal
import sys
import threading
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stop:
    """A wish to stop, from the service manager or from Ctrl-C.

    Blocking the signals in the main thread would not keep them off: any other thread may take one, and the
    interpreter still runs the handler in the main thread. So what must not be broken off half-way is done between
    hold and let.
    """

    def __init__(self) -> None:
        self._is_wished = False

    def hold(self) -> None:
        """Only remember a signal from now on, SIGINT too, which a shell that starts us in the background ignores."""
        for each in SIGNALS:
            signal.signal(each, self._remember)

    def let(self) -> None:
        """Raise KeyboardInterrupt at the next signal, or now when one has come; the one after it ends the process."""
        for each in SIGNALS:
            signal.signal(each, _interrupt)
        if self._is_wished:
            _interrupt(signal.SIGTERM, None)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self._is_wished = True


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_DFL)
    raise KeyboardInterrupt


def leave() -> None:
    """End the process well, at once where threads are left that hang in a read; call it when all is closed.

    The interpreter cannot end beside them: it ends such a thread in the middle of the engine's code, which aborts.
    """
    if any(thread.daemon for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
