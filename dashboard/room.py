"""What every request needs: the answers, the site, the clock; from an address to a screen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, cast
from zlib import crc32

from flask import has_request_context

from dashboard.audience import Audience
from dashboard.board import Scope, board, mark_of
from dashboard.frame import Screen, silent_sources
from dashboard.model import Answers, Loading, Loads, Site, Stock
from dashboard.sources.door import door
from dashboard.view import View, parse
from dashboard.words import words
from metrics.model import Clock, DataState, Pulse

if TYPE_CHECKING:
    from dashboard.pages import Page


@dataclass(frozen=True)
class Room:
    """The dashboard's surroundings, handed in by app.py."""

    answers: Answers
    site: Site
    clock: Callable[[], datetime]
    build_id: str
    pages: "Mapping[str, Page]"
    loading: Callable[[], Loading | None] = lambda: None
    loads: Loads = field(default_factory=Loads)
    audience: Audience = field(init=False)

    def __post_init__(self) -> None:
        """Expect somebody to open each page without a query."""
        expected = [(path, self._figures(path, self.default(path))) for path in self.pages]
        object.__setattr__(self, "audience", Audience(expected, self.clock()))

    def default(self, path: str) -> View:
        """Return the view of an address without a query."""
        page = self.pages.get(path)
        site = self.site
        return View(
            clock=cast("Clock", site.clock),
            language=site.language,
            theme=page.theme if page else "light",
            palette=site.palette,
        )

    def screen(self, page: "Page", query: str, scope: Scope | None = None) -> Screen:
        """Return the page for a query string, with a notice for each part of it that was not understood.

        scope   other KPIs than the page's, for a machine that names them
        """
        default = self.default(page.path)
        view, notices = parse(query, default, self.answers.members)
        now, pulse = self.clock(), self.answers.pulse()
        if scope is None:
            self.audience.looked((page.path, self._figures(page.path, view)), now)
        return Screen(
            page.name,
            replace(board(self.answers, view, scope or page.scope, self.site, now), mark=self.mark(page.name, pulse)),
            words(view.language),
            self.site,
            default,
            now,
            silent_sources(pulse),
            notices,
            self.answers.members,
            self.is_waiting(pulse),
            silent_sources(pulse, DataState.ERROR),
            self.stock,
        )

    def mark(self, page: str | None, pulse: Pulse) -> str:
        """Return the token that moves when a page would look different; the data page also when a run was written."""
        plain = mark_of(pulse.version, pulse.sources)
        if page != "data":
            return plain
        plans = [
            (one.source_id, one.is_paused, one.running, one.next_at, one.first_load and one.first_load.total)
            for one in self.loads.schedules()
        ]
        return f"{plain}.{self.answers.ledger_mark()}.{crc32(repr(plans).encode()):08x}"

    def stock(self) -> Stock:
        """Return what came in and what is planned, for the request under way; without one nobody stands outside."""
        found, answers = self.loads, self.answers
        way = door(found.token) if has_request_context() else "open"
        others = (name for name in ("accept", "backfill") if getattr(found, name) is not None)
        return Stock(answers.ledger(), answers.losses(), tuple(found.schedules()), (*found.verbs, *others), way)

    def is_waiting(self, pulse: Pulse) -> bool:
        """Return whether there is nothing to show yet: nothing loaded, or the first load under way."""
        return pulse.as_of is None and (pulse.version == 0 or self.loading() is not None)

    def warm(self) -> None:
        """Ask again what was looked at in the last minutes, so that those screens find it answered."""
        now = self.clock()
        for path, view in self.audience.looks(now):
            board(self.answers, view, self.pages[path].scope, self.site, now)

    def _figures(self, path: str, view: View) -> View:
        """Return the view as far as its figures go: language and colours ask nothing."""
        plain = self.default(path)
        return replace(view, language=plain.language, theme=plain.theme, palette=plain.palette)
