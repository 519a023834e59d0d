"""A desk of formulas at a fixed noon."""

from functools import cache

import pytest
from dash import Dash

from dashboard.frame import Screen
from dashboard.model import Site
from dashboard.pages import Page, pages
from dashboard.room import Room
from dashboard.server import create_app
from tests.dashboard.fake_answers import NOON, FakeAnswers

WORLDS = ("full", "empty", "stale", "error", "too_few", "undated")
SITE = Site(business_clock=True)


@pytest.fixture
def desk() -> FakeAnswers:
    return FakeAnswers()


@pytest.fixture
def app(desk: FakeAnswers) -> Dash:
    return create_app(desk, SITE, lambda: NOON, "build-1")


def room_of(world: str) -> Room:
    return Room(FakeAnswers(world), SITE, lambda: NOON, "build-1", pages())


def page_of(path: str) -> Page:
    return pages()[path]


@cache
def screen_of(path: str, world: str = "full", query: str = "") -> Screen:
    return room_of(world).screen(page_of(path), query)
