"""The peer, run by an environment of its own: `peer.py URL BACKEND FOLDER` prints seconds and peak memory as JSON."""

import json
import os
import resource
import sys
import time
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt  # type: ignore[import-not-found,unused-ignore]
from dlt.sources.sql_database import sql_database  # type: ignore[import-not-found,unused-ignore]


def main(url: str, backend: str, folder: str) -> None:
    """Load the three tables into DuckDB with the peer, as its documentation has it."""
    more: dict[str, Any] = {"backend_kwargs": {"return_type": "arrow"}} if backend == "connectorx" else {}
    address = url.replace("postgresql://", "postgresql+psycopg2://")
    source = sql_database(
        address, table_names=["tickets", "log", "posts"], backend=backend, chunk_size=50_000, **more
    )
    pipeline = dlt.pipeline(
        pipeline_name=f"peer_{backend}",
        destination=dlt.destinations.duckdb(f"{folder}/peer_{backend}.duckdb"),
        dataset_name="peer",
        pipelines_dir=f"{folder}/peer",
    )
    started = time.perf_counter()
    pipeline.run(source, write_disposition="replace")
    seconds = time.perf_counter() - started
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(one.ru_utime + one.ru_stime for one in used)
    print(json.dumps({"seconds": seconds, "peak": used[0].ru_maxrss * 1024, "processor": processor}))


if __name__ == "__main__":
    main(*sys.argv[1:])
