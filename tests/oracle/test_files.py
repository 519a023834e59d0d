"""The same desk through files: the oracle's figures, whatever the order of rows, however often (1.15, 2.8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from data.warehouse import data_version
from metrics.measure import measure
from tests.oracle.asking import Oracle
from tests.oracle.cases import House
from tests.oracle.desk import AS_OF, PLAIN, desk
from tests.oracle.files import Office, rekeyed, write
from tests.oracle.glance import QUESTIONS, Readings, all_differences
from tests.oracle.raw import Rows

pytestmark = pytest.mark.oracle
SEED, SIZE = 3, 300


def answers(office: Office) -> Readings:
    return measure(office.con, office.desk, QUESTIONS, AS_OF)


@dataclass
class Imported:
    """A desk brought in from files in the order of the source, and its figures."""

    rows: Rows
    office: Office
    readings: Readings


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    rows, office = desk(SEED, SIZE), Office(PLAIN)
    office.bring(write(tmp_path_factory.mktemp("desk") / "files", rows))
    yield Imported(rows, office, answers(office))
    office.store.close()


def test_files_give_the_oracles_figures(imported: Imported) -> None:
    oracle = Oracle(House(rekeyed(imported.rows, imported.office), PLAIN, AS_OF))
    found = all_differences(oracle, imported.readings)
    assert not found, f"{len(found)} differences, such as\n" + "\n".join(found[:12])


def test_every_row_of_the_files_is_loaded(imported: Imported, tmp_path: Path) -> None:
    reports = Office(PLAIN).bring(write(tmp_path / "files", imported.rows))
    assert sum(one.n_rejected for one in reports) == 0
    assert sum(one.n_new for one in reports) == sum(one.n_read for one in reports) > SIZE


def test_rows_in_any_order_give_the_same_figures(imported: Imported, tmp_path: Path) -> None:
    other = Office(PLAIN)
    other.bring(write(tmp_path / "mixed", imported.rows, Random(1)))
    assert answers(other) == imported.readings


def test_the_same_rows_a_second_time_change_nothing(imported: Imported, tmp_path: Path) -> None:
    version = data_version(imported.office.con)
    for number in (None, 2):  # the very files, then the same rows in others
        folder = tmp_path / str(number)
        reports = imported.office.bring(write(folder, imported.rows, Random(number) if number else None))
        assert sum(one.n_new + one.n_changed + one.n_rejected for one in reports) == 0
    assert data_version(imported.office.con) == version
    assert answers(imported.office) == imported.readings
