"""Deterministic BIGINT keys: the same source row has the same key in every load, rebuild and order.

A whole-number id keeps its order (space * 2^48 + id), so new rows sort last and zone maps prune;
any other id becomes a negative 63-bit hash. `space` = source_no * 64 + stream; stream 0 is the ticket.
"""

STREAMS = 64  # streams per source: 0 tickets, 1.. tables and event lines of the mapping
MAX_SOURCES = 256


def space(source_no: int, stream: int = 0) -> int:
    """Return the key space of one stream of one source; raises ValueError when out of range."""
    if not (0 <= source_no < MAX_SOURCES and 0 <= stream < STREAMS):
        raise ValueError(f"source {source_no}, stream {stream}: at most {MAX_SOURCES} sources of {STREAMS} streams")
    return source_no * STREAMS + stream


def key_sql(key_space: int, id_sql: str) -> str:
    """Return SQL for the key of the text `id_sql` in a key space; NULL id gives NULL key."""
    whole = f"regexp_full_match({id_sql}, '0|[1-9][0-9]{{0,13}}')"
    hashed = f"md5_number_lower('{key_space}|' || {id_sql}) & 9223372036854775806"
    return (
        f"CASE WHEN {id_sql} IS NULL THEN NULL"
        f" WHEN {whole} THEN {key_space}::BIGINT * 281474976710656 + TRY_CAST({id_sql} AS BIGINT)"
        f" ELSE -1 - ({hashed})::BIGINT END"
    )
