"""Merged tickets: who survives (semantics 2.6)."""

from collections.abc import Mapping

from metrics.facts.job import Job


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


def link(job: Job) -> None:
    """Rewrite case_link for the scope (whole: for all) from merge_edge."""
    where = "" if job.whole else "WHERE e.ticket_key IN (SELECT ticket_key FROM scope)"
    edges = {a: b for a, b in job.rows("links", "valid_edges", where_scope=where)}
    found = survivors(edges)
    if found:
        job.con.execute(
            "INSERT INTO case_link SELECT unnest($a::BIGINT[]), unnest($b::BIGINT[])",
            {"a": list(found), "b": list(found.values())},
        )
