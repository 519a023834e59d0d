"""Schema drift: columns of a source that are new, gone or of another type, and what that means for the KPIs."""

from etl.drift.findings import Finding, SchemaDrift, accept, acceptable, drift_lines, explained, forget, note, write
from etl.drift.watch import Watched, watched

__all__ = [
    "Finding",
    "SchemaDrift",
    "Watched",
    "accept",
    "acceptable",
    "drift_lines",
    "explained",
    "forget",
    "note",
    "watched",
    "write",
]
