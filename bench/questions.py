"""The dashboard that is measured: every headline KPI now, before, per day over 12 weeks, and by team."""

from dataclasses import dataclass
from datetime import date, timedelta

from metrics.model import Question, Window

HEADLINE = ("frt", "resolution", "backlog", "fcr", "csi", "sla_first_reply", "volume", "csat")
SPAN_DAYS = 28
TREND_DAYS = 84


@dataclass(frozen=True)
class Dashboard:
    """The windows of one whole-dashboard refresh, ending with the day after `today`."""

    today: date
    tz: str

    def window(self, days: int, back: int = 0) -> Window:
        """Return `days` whole days, ending `back` days before the end of today."""
        end = self.today + timedelta(days=1 - back)
        return Window(end - timedelta(days=days), end, self.tz)

    def questions(self) -> tuple[Question, ...]:
        """Return what one refresh asks: 4 questions for each headline KPI."""
        return tuple(question for metric in HEADLINE for question in self._of(metric))

    def _of(self, metric: str) -> tuple[Question, ...]:
        now, before = self.window(SPAN_DAYS), self.window(SPAN_DAYS, SPAN_DAYS)
        return (
            Question(metric, now),
            Question(metric, before),
            Question(metric, self.window(TREND_DAYS), grain="day"),
            Question(metric, now, split="team"),
        )
