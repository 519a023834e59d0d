"""The stages that are timed; each runs in a process of its own, so that its peak memory is its own."""

import json
import os
import resource
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

import duckdb

from bench import changes, floor
from bench.questions import Dashboard
from bench.singles import singles
from data.demo import create, export
from data.settings import load_calendars, load_settings
from data.warehouse import Warehouse, watermark
from etl.mapping import load_mapping
from etl.model import Later, LoadReport, Origin, Refresh
from etl.pull.run import Intake, pull
from etl.sources import open_source
from metrics import facts
from metrics.answers import Answers
from metrics.desk import desk_from
from metrics.drill import drill
from metrics.measure import measure
from metrics.members import Members
from metrics.model import Desk, Question

UNTIL = datetime(2026, 11, 1, 4, tzinfo=UTC)
SEED = 11
ROOT = Path(__file__).parent.parent
Result = dict[str, float]
Refreshed = list[float]


def generate_files(folder: Path, tickets: int, desk: Desk) -> Result:
    """Write the demo desk as Parquet; return seconds and rows."""
    started = perf_counter()
    rows = export(folder, tickets, UNTIL, SEED, _progress("generating"))
    return {"seconds": perf_counter() - started, "rows": sum(rows.values())}


def generate_sqlite(folder: Path, tickets: int, desk: Desk) -> Result:
    """Write the demo desk as its living SQLite file."""
    started = perf_counter()
    path = folder / "demo.sqlite"
    create(path, tickets, UNTIL, SEED, _progress("generating"))
    return {"seconds": perf_counter() - started, "bytes": path.stat().st_size}


def load_sqlite(folder: Path, tickets: int, desk: Desk) -> Result:
    """Load the SQLite file through the ordinary SQL source and mapping, facts refreshed as it goes."""
    return _load(folder / "sql.duckdb", "sql", f"sqlite:///{folder / 'demo.sqlite'}", "demo.yaml", desk)


def load_files(folder: Path, tickets: int, desk: Desk) -> Result:
    """Load the Parquet files through the ordinary file source and mapping, facts refreshed as it goes."""
    return _load(folder / "files.duckdb", "file", [folder], "demo_files.yaml", desk)


def rebuild(folder: Path, tickets: int, desk: Desk) -> Result:
    """Build all facts anew, as the verb of that name does."""
    _import_pandas()
    warehouse = Warehouse(folder / "files.duckdb")
    con = warehouse.cursor()
    started = perf_counter()
    facts.create(con, desk)  # for a warehouse that another version filled
    facts.rebuild(con, _until(con), desk)
    seconds = perf_counter() - started
    warehouse.close()
    return {"seconds": seconds, "rows": tickets, "bytes": (folder / "files.duckdb").stat().st_size}


def change(folder: Path, tickets: int, desk: Desk) -> Result:
    """Load 1,000 changed tickets with a reply and a status change each, from files to committed facts, three times.

    The first finds nothing of the warehouse in memory; "warm seconds" is the last, as in a monitor that runs.
    """
    warehouse = Warehouse(folder / "files.duckdb")
    con = warehouse.cursor()
    rounds = []
    for number in range(3):
        changed, until = folder / f"changed-{number}", UNTIL + timedelta(minutes=5 * number)
        changes.write(folder, changed, 1000, until)
        rounds.append(_intake(con, "file", [changed], "demo_files.yaml", desk))
    warehouse.close()
    return rounds[0] | {"bytes": (folder / "files.duckdb").stat().st_size, "warm seconds": rounds[-1]["seconds"]}


def ask(folder: Path, tickets: int, desk: Desk) -> Result:
    """Answer the whole dashboard cold, warm and cached, beside the same in bare SQL, and a drill list."""
    path = folder / "files.duckdb"
    _import_pandas()
    _drop_from_memory(path)
    warehouse = Warehouse(path)
    con = warehouse.cursor()
    as_of = _until(con)
    dashboard = Dashboard(as_of.date(), desk.tz)
    questions = dashboard.questions()
    result = {"cold": _seconds(lambda: measure(con, desk, questions, as_of))}
    ours, bare = _alternating(
        lambda: measure(con, desk, questions, as_of), lambda: floor.run(con, dashboard, as_of), rounds=15
    )
    answers = Answers(warehouse.cursor, desk, (), lambda: as_of)
    answers.ask(questions)
    result |= {
        "warm": ours,
        "floor": bare,
        "ratio": ours / bare,
        "cached": _median(lambda: answers.ask(questions), 21),
    }
    worst = Question("frt", dashboard.window(28))
    result["drill"] = _median(lambda: drill(con, desk, worst, as_of, 100), 5)
    warehouse.close()
    return result


def ask_singles(folder: Path, tickets: int, desk: Desk) -> Result:
    """Ask every KPI of the catalogue filtered, one question at a time; return each KPI's slowest form in seconds."""
    warehouse = Warehouse(folder / "files.duckdb")
    con = warehouse.cursor()
    as_of = _until(con)
    members = Members()
    slowest = {}
    for name, questions in singles(Dashboard(as_of.date(), desk.tz)).items():
        forms = [_median(partial(measure, con, desk, [one], as_of, members), 3) for one in questions]
        slowest[name] = max(forms)
    warehouse.close()
    return {"median": statistics.median(slowest.values())} | {
        f"single {name}": spent for name, spent in slowest.items()
    }


STAGES: dict[str, Callable[[Path, int, Desk], Result]] = {
    stage.__name__: stage
    for stage in (generate_files, generate_sqlite, load_sqlite, load_files, rebuild, change, ask, ask_singles)
}


def _import_pandas() -> None:
    """Have DuckDB import pandas, as the first aware instant it is given does, once a process."""
    Warehouse(None).cursor().execute("SELECT ?::TIMESTAMPTZ", [UNTIL])


def _load(path: Path, kind: str, place: str | list[Path], mapping_name: str, desk: Desk) -> Result:
    warehouse = Warehouse(path)
    con = warehouse.cursor()
    facts.create(con)
    result = _intake(con, kind, place, mapping_name, desk)
    warehouse.close()
    return result | {"bytes": path.stat().st_size}


def _intake(
    con: duckdb.DuckDBPyConnection, kind: str, place: str | list[Path], mapping_name: str, desk: Desk
) -> Result:
    mapping = load_mapping(ROOT / "data" / "mappings" / mapping_name)
    intake = Intake("bench", open_source("bench", kind, place, mapping), mapping, Origin(is_live=True))
    spent: Refreshed = []
    started = perf_counter()
    reports = list(_pulled(con, intake, _timed(desk, spent)))
    seconds = perf_counter() - started
    stages: Counter[str] = Counter()
    for report in reports:
        stages.update(report.seconds)
    return {
        "seconds": seconds,
        "rows": sum(report.n_read for report in reports),
        "changed": sum(report.n_new + report.n_changed for report in reports),
        "rejected": sum(report.n_rejected for report in reports),
        "facts": sum(spent),
    } | {f"stage {name}": value for name, value in stages.items()}


def _pulled(con: duckdb.DuckDBPyConnection, intake: Intake, refresh: Refresh) -> Iterator[LoadReport]:
    for report in pull(con, intake, refresh, UNTIL):
        sys.stderr.write(f"\r  loaded {report.n_read:,} rows, run {report.run_id}   ")
        yield report
    sys.stderr.write("\n")


def _timed(desk: Desk, spent: Refreshed) -> Refresh:
    def refresh(con: duckdb.DuckDBPyConnection, until: datetime | None) -> Later | None:
        started = perf_counter()
        later = None if until is None else facts.refresh(con, until, desk)
        spent.append(perf_counter() - started)
        return None if later is None else partial(finish, later)

    def finish(later: Later) -> None:
        started = perf_counter()
        later()
        spent.append(perf_counter() - started)

    return refresh


def _progress(what: str) -> Callable[[int, int], None]:
    return lambda done, total: print(f"\r  {what} {done:,} of {total:,}   ", end="", file=sys.stderr)


def _until(con: duckdb.DuckDBPyConnection) -> datetime:
    found = watermark(con)
    if found is None:
        raise RuntimeError("nothing is loaded")
    return found


def _drop_from_memory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(handle)


def _seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _median(work: Callable[[], object], rounds: int) -> float:
    return statistics.median(_seconds(work) for _ in range(rounds))


def _alternating(ours: Callable[[], object], bare: Callable[[], object], rounds: int) -> tuple[float, float]:
    pairs = [(_seconds(ours), _seconds(bare)) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def peak_bytes() -> int:
    """Return the most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    name, where, number = sys.argv[1:4]
    settings = load_settings(ROOT / "data" / "demo.yaml")
    outcome = STAGES[name](Path(where), int(number), desk_from(settings, load_calendars(settings)))
    print(json.dumps(outcome | {"peak": peak_bytes()}))
