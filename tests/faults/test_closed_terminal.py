"""A monitor whose terminal is gone: `serve | head -1`, a window that is closed."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.test_two_processes import Serving

pytestmark = pytest.mark.fault


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    monitor = Serving(tmp_path)
    yield monitor
    monitor.process.kill()
    monitor.process.wait(60)


def close(serving: Serving) -> None:
    """Close what the monitor prints to and logs to."""
    for stream in (serving.process.stdout, serving.process.stderr):
        assert stream is not None
        stream.close()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP])
def test_a_monitor_goes_on_without_its_terminal_and_stops_in_good_order(
    serving: Serving, sign: signal.Signals
) -> None:
    close(serving)
    serving.deliver("a.csv", "id,created\n1,2025-03-10T10:00:00Z\n")
    serving.deliver("b.csv", "id\nof,another,form\n")
    serving.wait_for(2)  # the rows, then their first facts
    assert serving.version() == 2
    serving.process.send_signal(sign)
    assert serving.process.wait(60) == 0
    assert "delivered up to 2025-03-10" in serving.told("status")
