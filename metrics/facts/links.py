"""Merged tickets: who survives (semantics 2.6)."""

from collections.abc import Mapping

import pyarrow as pa

from metrics.facts.job import TICKET_TABLES, Job


def survivors(edges: Mapping[int, int]) -> dict[int, int]:
    """Return secondary -> survivor, chains followed; of a cycle the ticket with the smallest key survives."""
    found: dict[int, int] = {}
    for ticket in edges:
        path: list[int] = []
        at = ticket
        while at in edges and at not in found and at not in path:
            path.append(at)
            at = edges[at]
        if at in path:
            at = min(path[path.index(at) :])
        end = found.get(at, at)
        found.update((passed, end) for passed in path if passed != end)
    return found


def find_scope(job: Job) -> None:
    """Fill temp table scope: the moved tickets and all that merges tie to them; bring their links up to date.

    Their rows are gathered once, in temp tables scoped_<table>, so that each big table is read once.
    """
    job.run("links", "reach", table="scope", start=job.text("links", "moved"))
    job.gather("scope", "gather", *TICKET_TABLES)
    job.run("links", "edges")
    if job.number("links", "count") > 0:
        job.run("links", "reach", table="tied", start=job.text("links", "newly_tied"))
        job.run("links", "replace_edges")
        job.gather("tied", "gather_more", *TICKET_TABLES)
        _link(job)


def find_all(job: Job) -> None:
    """Write the edges and links of every ticket into the emptied tables."""
    job.run("links", "edges")
    if job.number("links", "count") > 0:
        job.run("links", "store_edges")
        _link(job)


def _link(job: Job) -> None:
    edges = dict(job.rows("links", "valid_edges"))
    found = survivors(edges)
    if found:
        job.con.register("found_links", pa.table({"ticket_key": list(found), "case_key": list(found.values())}))
        job.con.execute("INSERT INTO case_link SELECT ticket_key, case_key FROM found_links ORDER BY ticket_key")
        job.con.unregister("found_links")
