"""What wakes the schedule: APScheduler, told one instant at a time.

It only starts threads; which source is due, and that one never runs twice, is decided in the schedule. So a source
that hangs holds no place in a pool that others wait for, and a missed alarm rings once, late, and not many times.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

Work = Callable[[], object]


class Alarms(Protocol):
    """Alarms by name; a later one of the same name replaces the earlier."""

    def at(self, name: str, instant: datetime, work: Work) -> None:
        """Do the work at an instant, at once when it has passed."""

    def drop(self, name: str) -> None:
        """Forget an alarm, if there is one."""

    def beside(self, name: str, work: Work) -> None:
        """Do the work now, beside everything else."""


def beside(name: str, work: Work) -> None:
    """Do the work in a thread that does not keep the process from ending."""
    threading.Thread(target=work, name=name, daemon=True).start()


class Clockwork:
    """The alarms of a running monitor."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(2)},
            job_defaults={"coalesce": True, "max_instances": 1000, "misfire_grace_time": None},
            timezone=UTC,
        )

    def at(self, name: str, instant: datetime, work: Work) -> None:
        """Do the work at an instant, at once when it has passed."""
        self._scheduler.add_job(work, "date", run_date=instant, id=name, name=name, replace_existing=True)

    def every(self, name: str, seconds: float, work: Work, first_at: datetime) -> None:
        """Do the work again and again, never twice at a time."""
        self._scheduler.add_job(
            work, "interval", seconds=seconds, id=name, name=name, next_run_time=first_at, max_instances=1
        )

    def drop(self, name: str) -> None:
        """Forget an alarm, if there is one."""
        with suppress(JobLookupError):
            self._scheduler.remove_job(name)

    def beside(self, name: str, work: Work) -> None:
        """Do the work in a thread that does not keep the process from ending."""
        beside(name, work)

    def start(self) -> None:
        """Begin to ring."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more; what began goes on."""
        if self._scheduler.running:
            self._scheduler.remove_all_jobs()  # its thread dies of an alarm that is due while it shuts down
            self._scheduler.shutdown(wait=False)
