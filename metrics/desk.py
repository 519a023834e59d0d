"""The settings as the measures need them: the desk that facts depend on, and the targets of readings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from data.benchmarks import INDUSTRIES
from data.costs import Amounts
from data.problem_types import paths
from data.questionnaires import DIMENSIONS, Questionnaire, Words
from data.settings import CalendarFile, Day, Promise, Settings, UnfitSetting
from metrics.model import (
    Annotation,
    Calendar,
    ComplaintRules,
    Costs,
    Desk,
    ReachRule,
    SlaTier,
    Slice,
    Target,
    Text,
    WeightSet,
    stages_from,
)
from metrics.periods import DAY

WEEK: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Spans = tuple[tuple[int, int], ...]


def desk_from(settings: Settings, calendars: Mapping[str, CalendarFile]) -> Desk:
    """Return the desk of the settings; `calendars` are the files they name, read."""
    return Desk(
        tz=settings.timezone,
        clock=settings.clocks[0],
        sla_clock=settings.clocks[1],
        calendars={name: calendar_from(name, file) for name, file in calendars.items()},
        calendar=settings.calendar,
        team_calendars=dict(settings.team_calendars),
        tier_calendars=dict(settings.tier_calendars),
        merge_clock=settings.merge_clock,
        pause_statuses=tuple(settings.pause_statuses),
        on_priority_change=settings.on_priority_change,
        sla=_tiers(settings.sla),
        sla_changes=tuple((day, _tiers(promises)) for day, promises in sorted(settings.sla_changes.items())),
        repeat_days=settings.repeat_days,
        csi_weights=dict(settings.csi.weights),
        csi_min_weight=settings.csi.min_weight,
        csi_sets={name: weight_set(one) for name, one in settings.csi.questionnaires.items()},
        csi_set=settings.csi.use,
        loyalty=dict(settings.loyalty),
        benchmarks=dict(settings.benchmarks),
        industry=settings.industry,
        problem_types=dict(paths(settings.problem_types)),
        stages=stages_from(settings.stages),
        complaints=ComplaintRules(
            settings.complaints.slow_tag, settings.complaints.supervisor_role, settings.complaints.supervisors
        ),
        annotations=annotations_from(settings),
        costs=Costs(
            settings.costs.currency,
            _by_month(settings.costs.months),
            {team: _by_month(amounts) for team, amounts in settings.costs.teams.items()},
        ),
        urgent_reach=ReachRule(
            settings.urgent_reach.department, settings.urgent_reach.minutes, settings.urgent_reach.priorities
        ),
    )


def _by_month(amounts: Amounts) -> dict[date, float]:
    return {date.fromisoformat(f"{month}-01"): amount for month, amount in amounts.items()}


def _tiers(promises: Mapping[str, Promise]) -> dict[str, SlaTier]:
    return {tier: SlaTier(one.first_reply_min, one.resolution_min) for tier, one in promises.items()}


def weight_set(one: Questionnaire) -> WeightSet:
    """Return a questionnaire of the settings; dimensions without own words take the shipped ones."""
    words = {name: _text(one.words.get(name) or DIMENSIONS.get(name, {})) for name in one.weights}
    return WeightSet(dict(one.weights), _text(one.name), one.template, one.speed, one.assumed, words)


def _text(words: Words) -> Text:
    return {str(code): word for code, word in words.items()}


def calendar_from(name: str, file: CalendarFile) -> Calendar:
    """Return a calendar file as spans in minutes of the day."""
    return Calendar(
        name=name,
        tz=file.timezone,
        weekly=_week(file.weekly),
        holidays=frozenset(file.holidays),
        makeup=tuple(sorted((day, _spans(spans)) for day, spans in file.makeup.items())),
        years="all" if file.years == "all" else frozenset(file.years),
        changes=tuple(sorted((day, _week(weekly)) for day, weekly in file.changes.items())),
    )


def targets_from(settings: Settings, known: Iterable[str]) -> tuple[Target, ...]:
    """Return the targets of the settings; UnfitSetting names the first that no metric or dimension fits.

    Benchmarks of metrics that nobody knows are refused here too.
    """
    names = sorted(known)
    _check_benchmarks(settings, names)
    targets = []
    for place, rule in enumerate(settings.targets):
        if rule.metric not in names:
            message = f"unknown metric {rule.metric!r}; known: {', '.join(names)}"
            raise UnfitSetting(("targets", place, "metric"), message)
        try:
            part = Slice.of(**rule.where)
        except ValueError as error:
            raise UnfitSetting(("targets", place, "where"), str(error)) from None
        targets.append(
            Target(
                rule.metric,
                rule.value,
                part,
                critical_below=rule.critical_below,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
                parameter=rule.parameter,
            )
        )
    return tuple(targets)


def _check_benchmarks(settings: Settings, known: Sequence[str]) -> None:
    for industry, rules in settings.benchmarks.items():
        for place, one in enumerate(rules.values):
            if one.metric not in known and rules != INDUSTRIES.get(industry):
                message = f"unknown metric {one.metric!r}; known: {', '.join(known)}"
                raise UnfitSetting(("benchmarks", industry, "values", place, "metric"), message)


def annotations_from(settings: Settings) -> tuple[Annotation, ...]:
    """Return the events of the settings; UnfitSetting names the first with a dimension that there is none of."""
    found = []
    for place, rule in enumerate(settings.annotations):
        try:
            part = Slice.of(**rule.where)
        except ValueError as error:
            raise UnfitSetting(("annotations", place, "where"), str(error)) from None
        found.append(Annotation(rule.first, (rule.last or rule.first) + DAY, _text(rule.text), part))
    return tuple(found)


def _week(weekly: Mapping[Day, Iterable[str]]) -> tuple[Spans, ...]:
    return tuple(_spans(weekly.get(day, ())) for day in WEEK)


def _spans(written: Iterable[str]) -> Spans:
    halves = (span.split("-") for span in written)
    return tuple((_minutes(start), _minutes(end)) for start, end in halves)


def _minutes(clock_time: str) -> int:
    hours, minutes = clock_time.split(":")
    return int(hours) * 60 + int(minutes)
