"""A wish to stop waits for a start that is under way, and is heard once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from data.settings import ROOT
from data.stop import SIGNALS, Stop


@pytest.fixture
def stop() -> Iterator[Stop]:
    # nohup, and a shell that starts the tests in the background, have some of them ignored
    before = {each: signal.signal(each, signal.SIG_DFL) for each in SIGNALS}
    yield Stop()
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("sign", SIGNALS)
def test_a_signal_during_the_start_waits_for_its_end(stop: Stop, sign: signal.Signals) -> None:
    stop.hold()
    os.kill(os.getpid(), sign)
    with pytest.raises(KeyboardInterrupt):
        stop.let()


@pytest.mark.parametrize("sign", SIGNALS)
def test_a_signal_after_the_start_is_raised_at_once(stop: Stop, sign: signal.Signals) -> None:
    stop.hold()
    stop.let()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), sign)


def test_a_stop_is_not_broken_off_by_a_second_interrupt(stop: Stop) -> None:
    stop.hold()
    os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        stop.let()
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)] == [signal.SIG_DFL, signal.SIG_DFL]


def test_a_terminal_that_is_closed_may_tell_so_twice(stop: Stop) -> None:
    stop.hold()
    os.kill(os.getpid(), signal.SIGHUP)
    with pytest.raises(KeyboardInterrupt):
        stop.let()
    os.kill(os.getpid(), signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def test_whom_nohup_started_outlives_the_terminal(stop: Stop) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stop.hold()
    stop.let()
    os.kill(os.getpid(), signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


@pytest.mark.parametrize(("is_daemon", "told"), [("True", "left\n"), ("False", "left\nended\n")])
def test_a_process_waits_for_no_thread_that_hangs_in_a_read(is_daemon: str, told: str) -> None:
    program = f"""
import atexit, threading
from data.stop import leave
atexit.register(print, "ended")
is_over = threading.Event()
threading.Thread(target=is_over.wait, daemon={is_daemon}).start()
if not {is_daemon}:
    is_over.set()
print("left")
leave()
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == told


def test_a_process_whose_terminal_is_closed_leaves_well() -> None:
    program = """
import sys, threading
from data.stop import leave
from data.terminal import say
threading.Thread(target=threading.Event().wait, daemon=True).start()
sys.stdin.read()
say("nobody reads this")
sys.stdout.write("nor this, still buffered")
leave()
"""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, b"")
