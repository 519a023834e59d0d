"""What every request needs: the answers, the site, the clock; from an address to a screen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from dashboard.board import board
from dashboard.frame import Screen, silent_sources
from dashboard.model import Answers, Site
from dashboard.view import View, parse
from dashboard.words import words
from metrics.model import Clock

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

    def screen(self, page: "Page", query: str) -> Screen:
        """Return the page for a query string, with a notice for each part of it that was not understood."""
        default = self.default(page.path)
        view, notices = parse(query, default, self.answers.members)
        now = self.clock()
        return Screen(
            page.name,
            board(self.answers, view, page.scope, self.site, now),
            words(view.language),
            self.site,
            default,
            now,
            silent_sources(self.answers.pulse()),
            notices,
            self.answers.members,
        )

    def warm(self) -> None:
        """Ask what every page shows without a query, so that the next screens find it answered."""
        for page in self.pages.values():
            self.screen(page, "")
