"""The engine is given a share of the machine, not the machine."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.disk import NotAWarehouse
from data.warehouse import MOST_MEMORY, Warehouse, fair_share, opened, watermark


def in_bytes(text: str) -> float:
    number, unit = text.split()
    return float(number) * 2.0 ** (10 * ["bytes", "KiB", "MiB", "GiB"].index(unit))


def limit_of(warehouse: Warehouse) -> float:
    row = warehouse.cursor().execute("SELECT current_setting('memory_limit')").fetchone()
    assert row is not None
    return in_bytes(row[0])


def test_the_engine_may_hold_half_of_the_memory_and_never_more_than_its_cap() -> None:
    found = limit_of(Warehouse(None))
    assert found == pytest.approx(fair_share(), rel=0.06)
    assert found <= MOST_MEMORY


def test_what_does_not_fit_is_spilled_and_the_rest_goes_on(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb", memory_limit="64MiB", threads=1)
    con = warehouse.cursor()
    row = con.execute(
        "SELECT count(*) FROM (SELECT DISTINCT hash(n) AS h, md5(n::VARCHAR) AS m FROM range(600000) t(n))"
    )
    assert row.fetchone() == (600000,)
    warehouse.close()
    assert not (tmp_path / "w.duckdb.tmp").exists()


@pytest.mark.parametrize(("memory_mb", "limit"), [(512, 512e6), (None, fair_share())])
def test_the_engine_holds_what_the_settings_allow(tmp_path: Path, memory_mb: int | None, limit: float) -> None:
    warehouse = opened(tmp_path / "w.duckdb", memory_mb)
    assert limit_of(warehouse) == pytest.approx(limit, rel=0.06)
    warehouse.close()


def at(hour: int) -> datetime:
    return datetime(2026, 11, 1, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sources", "mark"),
    [
        ([(True, 60, 9), (True, 60, 8)], 8),
        ([(True, 60, 9), (True, None, 5)], 9),
        ([(True, None, 9), (True, None, 5)], 5),
        ([(True, 60, 9), (False, None, 5)], 9),
        ([(False, None, 9), (False, None, 5)], 9),
        ([(True, 60, None), (False, None, 5)], 5),
    ],
)
def test_what_never_counts_as_stale_holds_nothing_back(
    sources: list[tuple[bool, int | None, int | None]], mark: int
) -> None:
    con = Warehouse(None).cursor()
    for number, (is_live, max_age_s, hour) in enumerate(sources):
        con.execute(
            "INSERT INTO source BY NAME SELECT ? AS source_no, ? AS source_id, ? AS is_live, ? AS max_age_s,"
            " ?::TIMESTAMPTZ AS watermark",
            [number, f"s{number}", is_live, max_age_s, None if hour is None else at(hour)],
        )
    assert watermark(con) == at(mark)


def test_a_file_of_another_kind_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    path.write_text("a list of tickets")
    with pytest.raises(NotAWarehouse, match=r"w\.duckdb: is no warehouse of this program; move it away"):
        Warehouse(path)
    assert path.read_text() == "a list of tickets"


def test_the_warehouse_of_another_version_is_named(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    warehouse.cursor().execute("UPDATE meta SET value = '0' WHERE name = 'schema_version'")
    warehouse.close()
    with pytest.raises(NotAWarehouse, match=r"schema 0, this program needs \d+; move it away and load anew"):
        Warehouse(tmp_path / "w.duckdb")
