"""The bench's figures as a table for people and for the closing note."""

from collections.abc import Iterator, Mapping

Results = Mapping[str, Mapping[str, float]]
MIB = 1024 * 1024
SLOWEST = 8
ASKED = (
    ("cold", "dashboard, cold (file pages dropped)"),
    ("warm", "dashboard, warm, nothing cached"),
    ("floor", "same questions as bare SQL"),
    ("cached", "dashboard, cached"),
    ("drill", "drill list of 100 cases"),
)
NAMES = {
    "generate_sqlite": "generate SQLite",
    "load_sqlite": "load through SQL, facts included",
    "generate_files": "generate Parquet",
    "load_files": "load from files, facts included",
    "rebuild": "facts, full rebuild (rows = tickets)",
    "change": "incremental: 1,000 changed tickets, first after opening",
}


def table(tickets: int, results: Results) -> str:
    """Return the whole table as Markdown."""
    return "\n".join(
        [
            f"\n### {tickets:,} tickets\n",
            *_loading(results),
            "",
            *_asking(results["ask"]),
            *_singles(results["ask_singles"]),
        ]
    )


def _loading(results: Results) -> Iterator[str]:
    yield "| stage | rows | seconds | rows/s | of it facts s | peak MiB | file MiB |"
    yield "|---|---|---|---|---|---|---|"
    for stage, name in NAMES.items():
        if stage in results:
            yield _loaded(name, results[stage])
            yield from _inner(results[stage])
    if "change" in results:
        change = results["change"]
        yield _loaded("incremental: 1,000 changed tickets, warm", {**change, "seconds": change["warm seconds"]})


def _loaded(name: str, result: Mapping[str, float]) -> str:
    rows = result.get("rows", 0)
    facts = f"{result['facts']:.2f}" if "facts" in result and "warm" not in name else ""
    size = f"{result['bytes'] / MIB:,.0f}" if "bytes" in result else ""
    rate = f"{rows / result['seconds']:,.0f}" if rows else ""
    peak = f"{result['peak'] / MIB:,.0f}"
    return f"| {name} | {rows:,.0f} | {result['seconds']:.2f} | {rate} | {facts} | {peak} | {size} |"


def _inner(result: Mapping[str, float]) -> Iterator[str]:
    for name, seconds in result.items():
        if name.startswith("stage "):
            yield f"| · {name.removeprefix('stage ')} | | {seconds:.2f} | | | | |"


def _asking(result: Mapping[str, float]) -> Iterator[str]:
    yield "| question | ms |"
    yield "|---|---|"
    for key, name in ASKED:
        yield f"| {name} | {result[key] * 1000:,.1f} |"
    yield f"| measure path / bare SQL | {result['ratio']:.2f}x |"
    yield f"| peak memory while asking, MiB | {result['peak'] / MIB:,.0f} |"


def _singles(result: Mapping[str, float]) -> Iterator[str]:
    yield f"| one filtered question, median of all KPIs | {result['median'] * 1000:,.1f} |"
    named = {name.removeprefix("single "): spent for name, spent in result.items() if name.startswith("single ")}
    for name in sorted(named, key=lambda one: -named[one])[:SLOWEST]:
        yield f"| · slowest: `{name}` | {named[name] * 1000:,.1f} |"
