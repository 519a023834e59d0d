"""The words and figures of one tile, worked out once; the kinds of tiles only arrange them."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from dashboard.board import is_duration, leads_with_median
from dashboard.dates import days_text
from dashboard.model import Answer, Leaves
from dashboard.numbers import DASH, Scale, digits_that_agree, scale_for, show, sign, whole
from dashboard.spans import bounds
from dashboard.spark import Spark
from dashboard.view import View
from dashboard.words import Words
from metrics.comparison import Comparison, compare
from metrics.model import DataState, Reading, Unit
from metrics.rounding import half_up
from metrics.unknown_years import years_text
from metrics.verdict import days_met

SPARK_DAYS = 28
MOST_ATTAINED = 1000  # a percentage of four digits says no more than ">999"
LEAVES = (
    ("tile", "data-level"),
    ("tile", "data-state"),
    ("tile", "data-absent"),
    ("word", "children"),
    ("value", "children"),
    ("value", "data-long"),
    ("unit", "children"),
    ("lead", "children"),
    ("why", "children"),
    ("target", "children"),
    ("attain", "children"),
    ("meter", "style"),
    ("delta", "children"),
    ("delta", "data-trend"),
    ("against", "children"),
    ("against", "title"),
    ("real", "children"),
    ("real", "title"),
    ("spark", "data-spark"),
    ("spark", "aria-label"),
    ("notes", "children"),
    ("count", "children"),
    ("flag", "children"),
    ("flag", "title"),
    ("age", "data-age"),
)


@dataclass(frozen=True, slots=True)
class Face:
    """One KPI as text: the answer, the words of the language and the view it was asked for.

    today   the reader's day, to which years are told; None tells none of this year
    past    whether the data ended before yesterday
    """

    answer: Answer
    words: Words
    view: View
    today: date | None = None
    past: bool = False

    def leaves(self) -> Leaves:
        """Return the value of each leaf of a tile; what is not known is a dash or nothing, never 0."""
        digits = digits_that_agree(self._shown, self._goal, self.answer.verdict.met, self.scale)
        value = show(self._shown, self.scale, self.words, None if self._led else digits)
        delta, trend = self._delta()
        level, state, word = self._badge()
        length = "none" if self._shown is None else "long" if len(value) > 5 else ""
        absent = "yes" if self.answer.absent else ""
        texts = (level, state, absent, word, value, length, self._unit(), self._lead(), self.why())
        target = (self._target(), self._attain(), {"--fill": f"{self._fill():.1f}%"})
        ends = (
            self._spark(),
            self._alt(),
            self._notes(),
            self._count(),
            *self._flag(),
            epoch_ms(self.answer.current.as_of),
        )
        change = (delta, trend, self._against(), self._against_days(), *self._real(trend))
        return dict(zip(LEAVES, (*texts, *target, *change, *ends), strict=True))

    @property
    def scale(self) -> Scale:
        """Return the scale of the tile; target, p50 and p90 are printed in it too."""
        subject = self.answer.subject
        return scale_for(subject.unit, self._shown if self._shown is not None else self._goal, subject.digits)

    @property
    def _led(self) -> bool:
        return leads_with_median(self.answer)

    @property
    def _shown(self) -> float | None:
        reading = self.answer.current
        return reading.part("p50") if self._led else reading.value

    @property
    def _goal(self) -> float | None:
        target = self.answer.verdict.target
        return target.value if target else None

    def _badge(self) -> tuple[str, str, str]:
        """Return level, data state and the word that says both without colour."""
        state, level = self.answer.verdict.state, self.answer.verdict.level
        if state is DataState.FRESH:
            return level or "none", state, self.words(f"level.{level or 'none'}")
        known = "_known" if state is DataState.ERROR and self._shown is not None else ""
        return level or "none", state, self.words(f"state.{state}{known}")

    def _unit(self) -> str:
        return sign(self.scale, self.words) if self._shown is not None else ""

    def _lead(self) -> str:
        if not is_duration(self.answer.subject) or self._shown is None:
            return ""
        return self.words("tile.median" if self._led else "tile.mean")

    def why(self) -> str:
        """Return why there is no value: what the data would have to hold, or that nothing happened."""
        if self.answer.current.state is not DataState.EMPTY:
            return ""
        need = f"needs.{self.answer.subject.name}"
        if self.answer.absent and self.words.tag("needs", self.answer.subject.name) != self.answer.subject.name:
            return self.words(need)
        return self.words("tile.nothing_filtered" if self.view.slice.by else "tile.nothing")

    def _target(self) -> str:
        if self._goal is None:
            return self.words("tile.no_target")
        bound = "≤" if self.answer.subject.better == "lower" else "≥"
        return self.words("tile.target", bound=bound, value=self._amount(self._goal))

    def _amount(self, value: float | int | None) -> str:
        """Return a number with its unit, without needless zeros: 20 min, 4.5, 85%."""
        if value is None:
            return DASH
        digits = next((n for n in range(3) if _exact(value * self.scale.factor, n)), 2)
        unit = sign(self.scale, self.words)
        return show(value, self.scale, self.words, digits) + (("" if unit == "%" else " ") + unit if unit else "")

    def _attain(self) -> str:
        attained, met = self.answer.verdict.attainment, self.answer.verdict.met
        if attained is None:
            return ""
        digits = next((n for n in range(3) if met or half_up(attained, n) < 100), 2)
        key = "tile.attain_mean" if self._led else "tile.attain"
        if attained >= MOST_ATTAINED:
            return self.words(key, value=f">{MOST_ATTAINED - 1}")
        return self.words(key, value=show(attained, Scale(1.0, "pct", digits), self.words))

    def _fill(self) -> float:
        return max(0.0, min(self.answer.verdict.attainment or 0.0, 100.0))

    def _delta(self) -> tuple[str, str]:
        """Return the change as text and whether it is for the better."""
        if not self._is_dated:
            return "", "none"
        change = difference(_by_median(self.answer) if self._led else self.answer)
        if change is None:
            return DASH, "none"
        digits = 2 if self.answer.subject.unit is Unit.SCORE else 1
        if half_up(change, digits) == 0:
            return self.words("tile.same"), "same"
        text = show(abs(change), Scale(1.0, "", digits), self.words)
        trend = "noise" if self._compared.is_real is False else verdict_of(change, self.answer)
        return f"{'▲' if change > 0 else '▼'} {text}{self._delta_unit()}", trend

    @property
    def _compared(self) -> Comparison:
        """Return the change of the figure that stands there, with its interval where one is known (8.12)."""
        now, then = self.answer.change_from, self.answer.previous
        if self._led:
            now, then = self.answer.medians or (now, None)
        return compare(now, then, self.answer.subject.unit)

    def _real(self, trend: str) -> tuple[str, str]:
        """Return the words for a change that may be chance, and the interval it was judged by."""
        if trend != "noise":
            return "", ""
        told = f"{self._against()}: {self._compared.sentence(self.words.language)}"
        return self.words("tile.no_real_change"), told

    def _delta_unit(self) -> str:
        unit = self.answer.subject.unit
        return {Unit.PERCENT: " " + self.words("unit.pp"), Unit.SCORE: "", Unit.POINTS: ""}.get(unit, "%")

    def _against(self) -> str:
        family = "past_against" if self.past else "against"
        return self.words(f"{family}.{self.view.period}") if self._is_dated else ""

    def _against_days(self) -> str:
        """Return the days compared with; "against" says it short."""
        return days_text(self.answer.previous.question.window, self.words, self.today) if self.answer.previous else ""

    def _series(self) -> list[Reading]:
        if not self.answer.trend:
            return []
        return list(self.answer.trend)[-max(SPARK_DAYS, self._days()) :]

    @property
    def _is_dated(self) -> bool:
        return self.answer.current.question.window.start is not None

    def _days(self) -> int:
        start, end = bounds(self.answer.current.question.window)
        return (end - start).days

    def _spark(self) -> str:
        series = self._series()
        if not series:
            return ""
        start, _ = bounds(self.answer.current.question.window)
        values = [reading.value for reading in series]
        since = sum((reading.bucket or "") < start.isoformat() for reading in series)
        floor = self.answer.subject.unit is Unit.COUNT
        return Spark(values, self._goal, since, self.answer.partial, floor).json()

    def _alt(self) -> str:
        return trend_in_words(self.answer, self._series(), self.words)

    def _notes(self) -> str:
        """Return the figures that make the value defensible, e.g. p50, p90, waiting, immature."""
        parts = [self._part(name) for name in ("p50", "p90") if is_duration(self.answer.subject)]
        if self._led:
            parts = [self.words("part.mean", value=self._amount_of(self.answer.current.value)), parts[1]]
        counts = [self._part_count(name) for name in ("waiting_now", "immature", "undecided")]
        stock = [self._part(name) for name in ("avg", "max")] if self.answer.subject.unit is Unit.COUNT else []
        texts = (
            self._moved(),
            *parts,
            *counts,
            self._linear(),
            self._response(),
            *stock,
            self._days_met() if any(stock) else "",
        )
        return " · ".join(text for text in texts if text)

    def _days_met(self) -> str:
        """Return on how many days of the period a stock was within its goal (1.10)."""
        start, end = bounds(self.answer.current.question.window)
        days = [one for one in self.answer.trend if start.isoformat() <= (one.bucket or "") < end.isoformat()]
        met, of = days_met(days, self._goal, self.answer.subject.better)
        return self.words("part.days_met", value=met, of=of) if of else ""

    def _linear(self) -> str:
        """Return an index also on 0-100, beside its own scale (12.9)."""
        value = self.answer.current.part("linear_0_100") if self._shown is not None else None
        return "" if value is None else self.words("part.linear", value=show(value, Scale(1.0, "", 1), self.words))

    def _response(self) -> str:
        rate = self.answer.response.value if self.answer.response else None
        if rate is None or self._shown is None:
            return ""
        return self.words("part.response", value=show(rate, Scale(1.0, "pct", 0), self.words))

    def _flag(self) -> tuple[str, str]:
        """Return a sign that is never cut short, and in words what is not known: the holidays of some years (3.4)."""
        told = holidays_text(self.answer.current, self.words)
        return self.words("part.unknown_sign") if told else "", told

    def _moved(self) -> str:
        """Return which days are shown when they are not those asked for."""
        if not self.answer.moved or self.answer.absent:
            return ""
        return self.words("part.moved", value=days_text(self.answer.current.question.window, self.words, self.today))

    def _part(self, name: str) -> str:
        value = self.answer.current.part(name)
        return "" if value is None else self.words(f"part.{name}", value=self._amount_of(value))

    def _amount_of(self, value: float | int | None) -> str:
        return show(value, self.scale, self.words)

    def _part_count(self, name: str) -> str:
        value = self.answer.current.part(name)
        return "" if not value else self.words(f"part.{name}", value=whole(int(value), self.words))

    def _count(self) -> str:
        if self.answer.current.state is DataState.ERROR:
            return ""  # how many there are is not known either
        return self.words("tile.n", value=whole(self.answer.current.n, self.words))


def holidays_text(reading: Reading, words: Words) -> str:
    """Return which years' holidays are not published, so that their business hours are the usual ones (3.4)."""
    years = years_text(reading)
    return words("part.unknown_years", value=years) if years else ""


def _by_median(answer: Answer) -> Answer:
    """Return the answer with medians for means: a change has to be one of the figure that stands there."""
    now, then = answer.change_from, answer.previous
    before = then and replace(then, value=then.part("p50"))
    return replace(answer, change_from=replace(now, value=now.part("p50")), previous=before)


def difference(answer: Answer) -> float | None:
    """Return the change: in pp or points for shares and scores, else in % of the earlier value (semantics 1.5)."""
    now, then = answer.change_from.value, answer.previous.value if answer.previous else None
    if now is None or then is None:
        return None
    if answer.subject.unit in (Unit.PERCENT, Unit.SCORE, Unit.POINTS):
        return now - then
    return None if then == 0 else (now - then) / abs(then) * 100


def verdict_of(change: float, answer: Answer) -> str:
    """Return whether a change is better, worse or neither; colour follows this, never the arrow."""
    if answer.subject.better == "neither":
        return "neutral"
    return "better" if (change > 0) == (answer.subject.better == "higher") else "worse"


def trend_in_words(answer: Answer, series: list[Reading], words: Words) -> str:
    """Return what the line shows for those who do not see it."""
    title = answer.subject.title.get(words.language, answer.subject.name)
    known = [reading for reading in series if reading.value is not None]
    if not known:
        return words("alt.none", title=title)
    scale = scale_for(answer.subject.unit, known[-1].value, answer.subject.digits)
    values = [reading.value for reading in known if reading.value is not None]
    shown = {
        name: show(value, scale, words)
        for name, value in zip(("low", "high"), (min(values), max(values)), strict=True)
    }
    unit = sign(scale, words)
    return words("alt.trend", title=title, days=len(series), last=show(values[-1], scale, words), unit=unit, **shown)


def epoch_ms(instant: datetime | None) -> str:
    """Return the instant in ms since 1970 for the age that the browser keeps counting; "" when unknown."""
    return "" if instant is None else str(round(instant.timestamp() * 1000))


def _exact(value: float, digits: int) -> bool:
    return abs(float(half_up(value, digits)) - value) < 1e-9
