"""The staging tables between normalize and load: what one load has read, canonical but not yet moved.

Per connection (temp), appended to by every `normalize`, emptied by `clear`. They have the columns of the
canonical tables (data/schema.sql) without loaded_at and run_id, plus row_no and table_name.

Accounting (semantics 2.4): norm_row holds one row per source row of which something loads. A source row is
rejected when it stands in norm_reject and not in norm_row; a rejected status change of a row that otherwise
loads stands in both. norm_defect never takes part in the accounting.
"""

import duckdb

TABLES = (
    "norm_ticket",
    "norm_event",
    "norm_message",
    "norm_survey",
    "norm_answer",
    "norm_due",
    "norm_customer",
    "norm_agent",
    "norm_article",
    "norm_revision",
    "norm_row",
    "norm_reject",
    "norm_defect",
)

_DDL = """
CREATE TEMP TABLE IF NOT EXISTS norm_ticket (
    ticket_key BIGINT, source_no INTEGER, src_ticket_id VARCHAR, created_at TIMESTAMPTZ, created_by VARCHAR,
    channel VARCHAR, channel_detail VARCHAR, type VARCHAR, category VARCHAR, is_common BOOLEAN, product VARCHAR,
    priority VARCHAR, team VARCHAR, agent VARCHAR, customer_key BIGINT, region VARCHAR, tier VARCHAR, tags VARCHAR[],
    is_spam BOOLEAN, is_test BOOLEAN, is_deleted BOOLEAN, merged_into BIGINT, resolution_kind VARCHAR,
    solution_complete BOOLEAN, reason_breach VARCHAR, given_resolution_s DOUBLE, custom JSON, vendor JSON,
    version BIGINT, row_hash BIGINT, row_no BIGINT, table_name VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS norm_event (
    event_key BIGINT, ticket_key BIGINT, stream SMALLINT, seq BIGINT, occurred_at TIMESTAMPTZ,
    observed_at TIMESTAMPTZ, kind VARCHAR, old VARCHAR, new VARCHAR, actor VARCHAR, actor_kind VARCHAR,
    dept VARCHAR, origin VARCHAR, effective BOOLEAN, satisfied BOOLEAN, row_no BIGINT, table_name VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS norm_message (
    message_key BIGINT, ticket_key BIGINT, stream SMALLINT, seq BIGINT, occurred_at TIMESTAMPTZ, author VARCHAR,
    author_kind VARCHAR, is_public BOOLEAN, is_auto BOOLEAN, channel VARCHAR, article_id BIGINT,
    row_no BIGINT, table_name VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS norm_survey (
    response_key BIGINT, source_no INTEGER, src_response_id VARCHAR, template VARCHAR, ticket_key BIGINT,
    customer_key BIGINT, agent VARCHAR, team VARCHAR, submitted_at TIMESTAMPTZ, seconds DOUBLE, overall DOUBLE,
    scale_min DOUBLE, scale_max DOUBLE, nps INTEGER, effort DOUBLE, solved_first BOOLEAN,
    resolved_confirmed BOOLEAN, mode VARCHAR, source_tag VARCHAR, weight DECIMAL(18, 10), rules VARCHAR[],
    custom JSON, version BIGINT, row_hash BIGINT, offered_at TIMESTAMPTZ, effort_min DOUBLE, effort_max DOUBLE,
    row_no BIGINT, table_name VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS norm_answer (
    response_key BIGINT, dimension VARCHAR, raw VARCHAR, score DOUBLE, scale_min DOUBLE, scale_max DOUBLE,
    row_no BIGINT, table_name VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS norm_due (
    ticket_key BIGINT, what VARCHAR, due_at TIMESTAMPTZ, origin VARCHAR, row_no BIGINT, table_name VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS norm_customer (
    customer_key BIGINT, source_no INTEGER, person_hash VARCHAR, tier VARCHAR, region VARCHAR, is_new BOOLEAN,
    attrs JSON);
CREATE TEMP TABLE IF NOT EXISTS norm_agent (
    agent_key BIGINT, source_no INTEGER, src_id VARCHAR, display VARCHAR, is_bot BOOLEAN,
    role VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS norm_article (
    article_key BIGINT, source_no INTEGER, src_id VARCHAR, title VARCHAR, category VARCHAR, published_at TIMESTAMPTZ,
    row_no BIGINT, table_name VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS norm_revision (
    revision_key BIGINT, source_no INTEGER, article_key BIGINT, revised_at TIMESTAMPTZ, row_no BIGINT,
    table_name VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS norm_row (
    table_name VARCHAR, row_no BIGINT, kind VARCHAR, key BIGINT, version BIGINT, row_hash BIGINT);
CREATE TEMP TABLE IF NOT EXISTS norm_reject (
    table_name VARCHAR, row_no BIGINT, payload JSON, rule VARCHAR, field VARCHAR, value VARCHAR, hint VARCHAR);
CREATE TEMP TABLE IF NOT EXISTS norm_defect (
    table_name VARCHAR, row_no BIGINT, ticket_key BIGINT, rule VARCHAR, field VARCHAR, value VARCHAR);
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the staging tables of this connection where they are missing."""
    try:
        con.execute(f"FROM temp.{TABLES[-1]} LIMIT 0")  # fifteen times as fast as the catalog's list of tables
    except duckdb.CatalogException:
        con.execute(_DDL)


def clear(con: duckdb.DuckDBPyConnection) -> None:
    """Create the staging tables and empty them."""
    create(con)
    for table in TABLES:
        con.execute(f"DELETE FROM {table}")
