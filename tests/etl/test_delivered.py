"""A report tells how far its own source has delivered, whatever others have."""

from datetime import UTC, datetime

from data.warehouse import Warehouse
from etl import ledger


def test_each_source_has_an_instant_of_its_own() -> None:
    con = Warehouse(None).cursor()
    early, late = (datetime(2026, 11, 1, hour, tzinfo=UTC) for hour in (8, 9))
    for number, mark in enumerate((early, late)):
        con.execute(
            "INSERT INTO source BY NAME SELECT ? AS source_no, ? AS source_id, true AS is_live,"
            " ?::TIMESTAMPTZ AS watermark",
            [number, f"s{number}", mark],
        )
    assert [ledger.standing(con, name).watermark for name in ("s0", "s1", "s2")] == [early, late, None]
