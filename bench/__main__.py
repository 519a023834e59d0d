"""`python -m bench --tickets N`: generate, load, build, change and ask; print one table."""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from bench.table import table

RUN = Path(__file__).parent / "run"
SQL_LIMIT = 1_000_000


def main() -> None:
    """Run the stages one after another, each in a process of its own, and print what they took."""
    given = _arguments()
    folder = RUN / str(given.tickets)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    results = {stage: _stage(stage, folder, given.tickets) for stage in _stages(given.tickets)}
    print(table(given.tickets, results))
    (folder / "result.json").write_text(json.dumps(results, indent=1))
    if not given.keep:
        for file in [*folder.glob("*.parquet"), *folder.glob("*.sqlite*"), *folder.glob("*.duckdb*")]:
            file.unlink()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true", help="leave the files in bench/run")
    return parser.parse_args()


def _stages(tickets: int) -> tuple[str, ...]:
    through_sql = ("generate_sqlite", "load_sqlite") if tickets <= SQL_LIMIT else ()
    return (*through_sql, "generate_files", "load_files", "rebuild", "change", "ask", "ask_singles")


def _stage(name: str, folder: Path, tickets: int) -> dict[str, float]:
    sys.stderr.write(f"{name}\n")
    command = [sys.executable, "-m", "bench.stages", name, str(folder), str(tickets)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    main()
