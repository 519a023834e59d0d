"""Carrying an order out here, or through the monitor that owns the warehouse."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import typer

from data.owner import OwnedElsewhere
from data.settings import Settings
from data.terminal import say
from data.tongue import VOICE
from etl.orders.order import Order, Place
from etl.orders.read import fingerprint, sent
from etl.premises import OpenPremises
from etl.schedule.elsewhere import NoAnswer, asked

FIRST_S, LAST_S = 0.1, 1.0  # pauses between two looks at an order
STOPPED = (
    "the monitor was stopped before it told how this ended; what was committed stays, app.py status tells what that"
    " is, and asking for it again doubles nothing"
)
GOES_ON = "The monitor goes on with it; app.py status tells how it went."
LEFT = 130  # exit code of a command that Ctrl-C has ended


class OrderFailed(Exception):
    """The monitor carried an order out and failed; in the words it would have failed in here."""


class Unfollowed(OSError):
    """It is not known how an order ended."""


@dataclass(frozen=True)
class Ways:
    """What an order needs to be carried out: the warehouse, or the address of its owner.

    house     opens the warehouse of a settings file, or another one: (settings, warehouse)
    settings  reads a settings file; None = the one the monitor would take
    wait      waits so many seconds
    """

    house: OpenPremises
    settings: Callable[[Path | None], Settings]
    clock: Callable[[], datetime]
    wait: Callable[[float], object] = time.sleep

    def done(self, order: Order, settings: Path | None, warehouse: Path | None = None) -> None:
        """Carry an order out and say what it tells.

        Raises what keeps it from being done: OrderFailed where the monitor failed, Unfollowed where it was stopped.
        """
        try:
            with self.house(settings, warehouse) as home:
                order.carry_out(Place(home, self.clock, say))
        except OwnedElsewhere as elsewhere:
            self._ordered(elsewhere, order, fingerprint(self.settings(settings)))

    def _ordered(self, elsewhere: OwnedElsewhere, order: Order, settings: str) -> None:
        body = {"order": sent(order), "settings": settings}
        try:
            self._follow(elsewhere, asked(elsewhere, f"/api/orders/{order.verb}?lang={VOICE.language}", body))
        except KeyboardInterrupt:
            say(GOES_ON)
            raise typer.Exit(LEFT) from None

    def _follow(self, elsewhere: OwnedElsewhere, told: dict[str, Any]) -> None:
        """Say the lines of an order as they come, until it is over."""
        pause_s, since = FIRST_S, told["since"]
        while True:
            for line in told["lines"]:
                say(line)
            if told["state"] not in ("waiting", "running"):
                break
            self.wait(pause_s)
            pause_s = min(LAST_S, pause_s * 1.5)
            told = self._look(elsewhere, told, since)
        if told["error"] is not None:
            raise OrderFailed(told["error"])

    def _look(self, elsewhere: OwnedElsewhere, told: dict[str, Any], since: str) -> dict[str, Any]:
        query = urlencode({"after": told["next"], "lang": VOICE.language})
        try:
            found = asked(elsewhere, f"/api/orders/{told['order']}?{query}", None)
        except NoAnswer as error:
            if error.is_slow:
                return {**told, "lines": []}
            raise Unfollowed(STOPPED) from None
        if found["since"] != since:  # another monitor's order of that number
            raise Unfollowed(STOPPED)
        return found
