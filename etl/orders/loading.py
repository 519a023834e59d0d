"""Orders that load rows: import, redrive, backfill, run."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from etl import account, ledger
from etl.mapping import Mapping, load_mapping
from etl.model import LoadReport, MappingError, Origin, SourceError
from etl.orders.order import Place, SourceOrder, WholePath
from etl.premises import Premises, rule_of
from etl.pull import intakes
from etl.pull.backfill import Span
from etl.pull.totals import of_files
from etl.schedule.progress import Progress, spoken
from etl.upkeep.upkeep import Upkeep

WAITS = "waits until the pull of this source that is under way is done"


class Import(SourceOrder):
    """Load files; tells an account of every row, and of what did not load."""

    verb: ClassVar[str] = "import"
    files: Annotated[tuple[WholePath, ...], Field(min_length=1)]
    mapping: WholePath
    is_replacing: bool = False

    def is_run(self, known: Collection[str]) -> bool:
        """Return True: it needs nothing of the settings."""
        return True

    def carry_out(self, place: Place) -> None:
        """Load the files; raises SourceError, MappingError or LoadRefused."""
        rules, progress = load_mapping(self.mapping), Progress(place.clock)
        progress.began(self.source)
        progress.expect(self.source, of_files(self.files, rules))
        origin = Origin(salt=place.home.salt, replace=self.is_replacing)
        intake = intakes.imported(self.source, self.files, rules, origin)
        with place.alone(self.source, lambda: place.say(WAITS)), closing(place.home.store.cursor()) as con:
            if not ledger.standing(con, self.source).is_known:
                place.begins(progress)
            reports = spoken(heard(place, place.home.pulled(con, intake)), progress, place.say)
            for line in account.told(con, reports, place.zone, rules):
                place.say(line)


class Redrive(SourceOrder):
    """Take rejected rows up again, with the mapping mended.

    rule     only rows rejected for this reason; None = all
    mapping  None = that of the settings
    """

    verb: ClassVar[str] = "redrive"
    rule: str | None = None
    mapping: WholePath | None = None
    is_vouched: bool = False

    def is_run(self, known: Collection[str]) -> bool:
        """Return whether there is a mapping to read the rows with."""
        return self.mapping is not None or self.source in known

    def carry_out(self, place: Place) -> None:
        """Load what the mapping can read now; raises MappingError or SourceError."""
        rules: Mapping | None = load_mapping(self.mapping) if self.mapping is not None else None
        report = Upkeep(place.home, place.clock).redrive(self.source, self.rule, rules, self.is_vouched)
        with closing(place.home.store.cursor()) as con:
            for line in account.told(con, heard(place, [report]), place.zone, rules):
                place.say(line)


class Backfill(SourceOrder):
    """Read a past span of a source again; `end` is the first day that is not read."""

    verb: ClassVar[str] = "backfill"
    first: date
    end: date

    def is_run(self, known: Collection[str]) -> bool:
        """Return whether there is a source to read."""
        return self.source in known

    def carry_out(self, place: Place) -> None:
        """Read the span; raises SourceError, MappingError or LoadRefused."""
        reports = Upkeep(place.home, place.clock).backfill(self.source, Span(self.first, self.end))
        progress = Progress(place.clock)
        progress.began(self.source)
        with closing(place.home.store.cursor()) as con:
            for line in account.told(con, spoken(heard(place, reports), progress, place.say), place.zone):
                place.say(line)


class Run(SourceOrder):
    """Pull a source of the settings now, whatever its plan says; its plan goes on, also after failures."""

    verb: ClassVar[str] = "run"

    def is_run(self, known: Collection[str]) -> bool:
        """Return whether there is a source to pull."""
        return self.source in known

    def carry_out(self, place: Place) -> None:
        """Pull it; raises SourceError, MappingError or LoadRefused."""
        home, progress = place.home, Progress(place.clock)
        rule = rule_of(home, self.source)
        progress.began(rule.id)
        progress.expect(rule.id, _total(home, rule.id))
        with place.alone(rule.id, lambda: place.say(WAITS)), closing(home.store.cursor()) as con:
            reports = spoken(heard(place, home.pulled(con, home.intake(rule))), progress, place.say)
            for line in account.told(con, reports, place.zone):
                place.say(line)
        place.again(rule.id)


def _total(home: Premises, source_id: str) -> int | None:
    """Return how many rows a source has before it; what keeps it from telling is told by the pull, if it matters."""
    try:
        return home.total(source_id)
    except (SourceError, MappingError):
        return None


def heard(place: Place, reports: Iterable[LoadReport]) -> Iterator[LoadReport]:
    """Yield the reports of an order, and let the place hear of them."""
    for report in reports:
        place.heard(report)
        yield report
