"""`python -m bench.postgres --tickets N`: a full load from PostgreSQL, ours beside a peer's and COPY's, one table."""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.postgres.pulling import SMALL, UNTIL
from bench.postgres.server import filled
from data.demo import export

HERE = Path(__file__).parent
RUN = HERE.parent / "run"
SEED = 11
MIB = 1024 * 1024
PEER = HERE.parent.parent / ".venv-peer"
PEERS = ("connectorx", "pyarrow")
Result = Mapping[str, float]


def main() -> None:
    """Fill a server, read it in each way, print what it took."""
    given = _arguments()
    folder = RUN / f"postgres-{given.tickets}"
    files = given.files or folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if given.files is None:
        export(folder, given.tickets, UNTIL, SEED)
    with filled(files, given.tickets) as server:
        results = {"COPY to CSV": stage("floor", folder, server.url())}
        results["tables as they are into DuckDB, nothing else"] = stage("bare", folder, server.url())
        for backend in PEERS if given.peers else ():
            results[f"dlt 1.31, {backend}"] = _peer(backend, folder, server.url())
        results["ours"] = stage("ours", folder, server.url())
        results["the finished tables of ours into another file, nothing else"] = stage(
            "written", folder, server.url()
        )
        results[f"ours, {SMALL} for the engine"] = stage("small", folder, server.url())
        results["tickets alone, read without optional drivers"] = stage("read", folder, server.url())
        results["tickets alone, loaded without optional drivers"] = stage("plain", folder, server.url())
    print(table("PostgreSQL, five events each", given.tickets, results))
    shutil.rmtree(folder)


def table(server: str, tickets: int, results: Mapping[str, Result]) -> str:
    """Return the results as Markdown; times of a stage stand below their way of reading.

    Seconds of processors are those of the reading process, without the server's.
    """
    lines = [
        f"\n### {server}, {tickets:,} tickets\n",
        "| read by | seconds | of processors | peak MiB |",
        "|---|---|---|---|",
    ]
    for name, result in results.items():
        seconds, processor = result["seconds"], result["processor"]
        lines.append(f"| {name} | {seconds:.1f} | {processor:.1f} | {result['peak'] / MIB:,.0f} |")
        stages = {key.removeprefix("stage "): spent for key, spent in result.items() if key.startswith("stage ")}
        lines += [f"| · {key} | {spent:.1f} | | |" for key, spent in stages.items()]
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.postgres", description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--files", type=Path, help="folder with the demo desk's Parquet files; default: made anew")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="leave the peer out")
    return parser.parse_args()


def stage(name: str, folder: Path, url: str) -> Result:
    """Return what a stage took, run in a process of its own."""
    return _result([sys.executable, "-m", "bench.postgres.pulling", name, str(folder), url])


def _peer(backend: str, folder: Path, url: str) -> Result:
    """Run the peer in an environment of its own, made when it is not there yet."""
    python = PEER / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEER)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", str(HERE / "peer.txt")], check=True)
    return _result([str(python), str(HERE / "peer.py"), url, backend, str(folder)])


def _result(command: list[str]) -> Result:
    sys.stderr.write(f"{' '.join(command[1:4])}\n")
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: Result = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
