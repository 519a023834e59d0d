"""The imports that reference tests share: each mapping once a session, into a warehouse of its own."""

import pytest

from tests.reference.book import Book

UCI = "uci_servicenow_incidents/incident_event_log.csv"
ONYX = "onyx_technical_support/technical_support"
LEPLAE = "it_incidents_csat_leplae"


@pytest.fixture(scope="session")
def uci_a() -> Book:
    return Book("uci_a", UCI)


@pytest.fixture(scope="session")
def uci_a_open() -> Book:
    return Book("uci_a_open", UCI)


@pytest.fixture(scope="session")
def uci_b() -> Book:
    return Book("uci_b", UCI)


@pytest.fixture(scope="session")
def uci_c() -> Book:
    return Book("uci_c", UCI)


@pytest.fixture(scope="session", params=["csv", "xlsx"])
def onyx(request: pytest.FixtureRequest) -> Book:
    return Book("onyx" if request.param == "csv" else "onyx_xlsx", f"{ONYX}.{request.param}")


@pytest.fixture(scope="session", params=["incidents.csv", "Incidents.xlsx"])
def leplae(request: pytest.FixtureRequest) -> Book:
    return Book("leplae", f"{LEPLAE}/{request.param}")


@pytest.fixture(scope="session")
def sfo() -> dict[str, Book]:
    return {
        year: Book(f"sfo_{year}", f"sfo_customer_survey/{year}_SFO_Customer_Survey.csv")
        for year in ("2014", "2015", "2016", "2017")
    }
