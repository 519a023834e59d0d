"""The last pull of every source, found at the end of a long ledger and far from it."""

from data.warehouse import Warehouse
from metrics.last_runs import TAIL, last_outcomes

RUNS = (
    "INSERT INTO load_run (run_id, source_id, state, message) SELECT i, CASE WHEN i <= 3 THEN 'old' ELSE 'desk' END,"
    " CASE WHEN i IN (3, $n - 1) THEN 'failed' ELSE 'done' END, CASE WHEN i IN (3, $n - 1) THEN 'run ' || i END"
    " FROM range(1, $n + 1) AS t(i)"
)


def outcomes(runs: int) -> dict[str, tuple[str | None, str | None]]:
    con = Warehouse(None).cursor()
    con.execute(RUNS, {"n": runs})
    return last_outcomes(con, ["desk", "old", "never"])


def test_a_source_that_was_read_long_ago_is_found_too() -> None:
    assert outcomes(5 * TAIL) == {"desk": ("done", None), "old": ("failed", "run 3")}


def test_what_an_earlier_run_said_is_not_what_the_last_one_says() -> None:
    assert outcomes(6)["desk"] == ("done", None)


def test_without_runs_nothing_is_known() -> None:
    assert last_outcomes(Warehouse(None).cursor(), ["desk"]) == {}
