"""The verbs that tell of the schedule and step in: app.py source list, run, pause, resume.

They work on the warehouse, or, while a monitor owns it, through that monitor's own address.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from data.owner import OwnedElsewhere
from data.settings import Settings
from data.source_rules import SourceRule
from data.terminal import SettingsFile, say
from data.tongue import VOICE
from etl.orders.loading import Run
from etl.orders.through import Ways
from etl.premises import Premises
from etl.schedule.elsewhere import asked
from etl.schedule.memory import Memory, Remembered
from etl.schedule.rhythm import rhythm_of, turns
from etl.schedule.schedule import UnknownSource
from etl.verbs import told

Named = Annotated[str, typer.Argument(help="id of the source, as in the settings")]


class SourceVerbs:
    """List, run, pause, resume."""

    def __init__(self, ways: Ways) -> None:
        self._ways, self._house, self._settings, self._clock = ways, ways.house, ways.settings, ways.clock

    def register(self, cli: typer.Typer) -> None:
        """Add the verbs to the command line, under `source`."""
        group = typer.Typer(no_args_is_help=True, help="What is pulled on a schedule, and how to step in.")
        verbs: dict[str, Callable[..., None]] = {
            "list": self.list,
            "run": self.run,
            "pause": self.pause,
            "resume": self.resume,
        }
        for name, verb in verbs.items():
            group.command(name)(told(verb))
        cli.add_typer(group, name="source")

    def list(self, settings: SettingsFile = None) -> None:
        """Tell of every source when it is due: the next three times on the desk's clock, of a paused one none."""
        rules = self._settings(settings)
        try:
            with self._house(settings, None) as home:
                states = _remembered(Memory(home.store.cursor).all(), rules.zone)
        except OwnedElsewhere as elsewhere:
            states = states_of(asked(elsewhere, "/api/data", None), rules.zone)
        if not rules.sources:
            say("The settings name no source; import loads files without one.")
        for rule in rules.sources:
            say(_line(rule, rules.timezone, states.get(rule.id, State()), self._clock()))

    def run(self, source: Named, settings: SettingsFile = None) -> None:
        """Pull a source now, whatever its plan says."""
        self._ways.done(Run(source=_rule(self._settings(settings), source).id), settings)

    def pause(self, source: Named, settings: SettingsFile = None) -> None:
        """Pull a source no more until it is resumed."""

        def here(home: Premises, rule: SourceRule) -> Iterator[str]:
            Memory(home.store.cursor).pause(rule.id, self._clock())
            yield f"{rule.id} is paused, also when the monitor starts; app.py source resume {rule.id} ends it."

        self._do("pause", source, settings, here)

    def resume(self, source: Named, settings: SettingsFile = None) -> None:
        """Pull a paused source again in its turns."""

        def here(home: Premises, rule: SourceRule) -> Iterator[str]:
            Memory(home.store.cursor).pause(rule.id, None)
            yield f"{rule.id} is pulled again in its turns."

        self._do("resume", source, settings, here)

    def _do(
        self,
        verb: str,
        source: str,
        settings: Path | None,
        here: Callable[[Premises, SourceRule], Iterator[str]],
    ) -> None:
        rule = _rule(self._settings(settings), source)
        try:
            with self._house(settings, None) as home:
                for line in here(home, rule):
                    say(line)
        except OwnedElsewhere as elsewhere:
            answer = asked(elsewhere, f"/api/data/{verb}?lang={VOICE.language}", {"source": source})
            say(str(answer.get("message", "done")))


def _rule(settings: Settings, source: str) -> SourceRule:
    rule = settings.source(source)
    if rule is not None:
        return rule
    raise UnknownSource(f"no source {source!r}; there are: {', '.join(one.id for one in settings.sources) or 'none'}")


@dataclass(frozen=True)
class State:
    """What is to be told of a source besides its turns; a paused one has none."""

    told: str = ""
    is_paused: bool = False


def _line(rule: SourceRule, tz: str, state: State, now: datetime) -> str:
    rhythm, zone = rhythm_of(rule, tz), ZoneInfo(tz)
    if state.is_paused:
        return f"{rule.id} ({rhythm}){state.told}; app.py source resume {rule.id} ends it"
    due = ", ".join(_by_clock(turn, zone) for turn in turns(rhythm, now, 3))
    return f"{rule.id} ({rhythm}){state.told}: {due} ({tz})"


def _by_clock(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _remembered(known: Mapping[str, Remembered], zone: ZoneInfo) -> dict[str, State]:
    return {
        source_id: State(f" paused since {_by_clock(one.paused_at, zone)}", is_paused=True)
        for source_id, one in known.items()
        if one.paused_at is not None
    }


def states_of(answer: Mapping[str, Any], zone: ZoneInfo) -> dict[str, State]:
    """Return what a running monitor tells of its sources (GET /api/data), by id, in the clock of a zone."""
    plans = {one["id"]: one["schedule"] for one in answer["sources"] if one["schedule"]}
    return {source_id: State(_told(plan, zone), plan["paused"]) for source_id, plan in plans.items()}


def _told(plan: Mapping[str, Any], zone: ZoneInfo) -> str:
    paused = " paused" if plan["paused"] else ""
    if plan["running_since"]:
        return f"{paused} running since {_by_clock(datetime.fromisoformat(plan['running_since']), zone)}"
    if plan["paused"] or not plan["failures"]:
        return paused
    retry = "when settings, mapping or files change, or with app.py source run"
    if plan["next_at"]:
        retry = _by_clock(datetime.fromisoformat(plan["next_at"]), zone)
    return f" {plan['failures']} failures in a row ({plan['circuit']}), next try {retry}"
