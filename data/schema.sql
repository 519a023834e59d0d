-- The contract between etl and metrics (semantics 2). etl writes these tables, metrics reads them.
-- Instants are TIMESTAMPTZ (UTC, microseconds); a naive instant never enters. Keys are BIGINT and
-- deterministic (data/keys.py), so a reload, a rebuild and another load order give the same keys.

CREATE TABLE IF NOT EXISTS meta (name VARCHAR, value VARCHAR);  -- schema_version, data_version, desk_fingerprint

CREATE TABLE IF NOT EXISTS source (
    source_no    INTEGER,      -- small number inside keys, given at first sight, never reused
    source_id    VARCHAR,      -- name in the settings or mapping
    kind         VARCHAR,      -- sql | file | push ...
    name         VARCHAR,
    tz           VARCHAR,      -- IANA zone of instants without offset
    is_live      BOOLEAN,      -- pulled on a schedule; one-off imports do not hold the watermark back
    cursor       VARCHAR,      -- JSON, where the next pull starts
    watermark    TIMESTAMPTZ,  -- everything before it has been delivered
    max_age_s    BIGINT,       -- older than this is stale; NULL never
    mapping_hash VARCHAR       -- meaning of the mapping the rows were loaded with; another one means loading anew
);

ALTER TABLE source ADD COLUMN IF NOT EXISTS mapping VARCHAR;  -- that mapping as JSON; NULL not kept (older warehouses)

CREATE TABLE IF NOT EXISTS team (team_key BIGINT, name VARCHAR, dept VARCHAR, calendar_id VARCHAR);
CREATE TABLE IF NOT EXISTS agent (
    agent_key BIGINT, source_no INTEGER, src_id VARCHAR, display VARCHAR, is_bot BOOLEAN, role VARCHAR
);
CREATE TABLE IF NOT EXISTS customer (
    customer_key BIGINT, source_no INTEGER, person_hash VARCHAR, tier VARCHAR, arpu_band VARCHAR,
    is_new BOOLEAN, region VARCHAR, attrs JSON
);

CREATE TABLE IF NOT EXISTS ticket (
    ticket_key         BIGINT,
    source_no          INTEGER,
    src_ticket_id      VARCHAR,
    created_at         TIMESTAMPTZ,  -- NULL = undated (semantics 12.2)
    created_by         VARCHAR,      -- customer | agent | bot | system
    channel            VARCHAR,      -- online | phone | email | social | offline | bot; NULL unknown
    channel_detail     VARCHAR,      -- the source's own value (semantics 12.1)
    type               VARCHAR,      -- inquiry | complaint | tech | other
    category           VARCHAR,
    is_common          BOOLEAN,
    product            VARCHAR,
    priority           VARCHAR,      -- P1..P9 at creation; NULL counts as P2 for SLA
    team               VARCHAR,      -- name; dimension value
    agent              VARCHAR,      -- display or id; dimension value
    customer_key       BIGINT,
    region             VARCHAR,
    tier               VARCHAR,      -- customer tier
    tags               VARCHAR[],
    is_spam            BOOLEAN,
    is_test            BOOLEAN,
    is_deleted         BOOLEAN,
    merged_into        BIGINT,       -- ticket_key of the survivor when the source gives no instant
    resolution_kind    VARCHAR,      -- resolved | unresolved
    solution_complete  BOOLEAN,
    reason_breach      VARCHAR,
    given_resolution_s DOUBLE,       -- used for undated tickets only (semantics 12.2)
    custom             JSON,         -- declared extra attributes, sliceable as custom.<name>
    vendor             JSON,         -- source's own figures (semantics 12.3)
    version            BIGINT,       -- fold sequence or epoch microseconds of the last change; guards "older never wins"
    loaded_at          TIMESTAMPTZ,
    run_id             BIGINT,
    row_hash           BIGINT
);

CREATE TABLE IF NOT EXISTS ticket_event (
    event_key   BIGINT,
    ticket_key  BIGINT,
    stream      SMALLINT,      -- which table/event line of the mapping it came from
    seq         BIGINT,        -- source order among equal instants
    occurred_at TIMESTAMPTZ,
    observed_at TIMESTAMPTZ,
    kind        VARCHAR,       -- status | assign | priority | handoff | merge | followup
    old         VARCHAR,
    new         VARCHAR,       -- canonical status, dept, priority or ticket_key of the survivor (as text)
    actor       VARCHAR,       -- agent id as the source has it
    actor_kind  VARCHAR,       -- agent | customer | bot | automation
    dept        VARCHAR,
    origin      VARCHAR        -- native | diff | webhook | backfill
);
-- What the customer said in a follow-up (semantics 12.10); NULL not asked.
ALTER TABLE ticket_event ADD COLUMN IF NOT EXISTS effective BOOLEAN;
ALTER TABLE ticket_event ADD COLUMN IF NOT EXISTS satisfied BOOLEAN;
ALTER TABLE ticket_event ADD COLUMN IF NOT EXISTS run_id BIGINT;  -- that loaded it; NULL not kept (older warehouses)

CREATE TABLE IF NOT EXISTS message (
    message_key BIGINT,
    ticket_key  BIGINT,
    stream      SMALLINT,
    seq         BIGINT,
    occurred_at TIMESTAMPTZ,
    author      VARCHAR,       -- agent id as the source has it; NULL for customers
    author_kind VARCHAR,       -- agent | customer | bot
    is_public   BOOLEAN,
    is_auto     BOOLEAN,
    channel     VARCHAR
);

ALTER TABLE message ADD COLUMN IF NOT EXISTS article_id BIGINT;  -- knowledge article it links, public or not; NULL none
ALTER TABLE message ADD COLUMN IF NOT EXISTS run_id BIGINT;      -- that loaded it; NULL not kept (older warehouses)

CREATE TABLE IF NOT EXISTS kb_article (
    article_key BIGINT, source_no INTEGER, src_id VARCHAR, title VARCHAR,
    category VARCHAR,          -- the ticket category it is for
    published_at TIMESTAMPTZ   -- NULL = not published
);
CREATE TABLE IF NOT EXISTS kb_revision (
    revision_key BIGINT, source_no INTEGER, article_key BIGINT, revised_at TIMESTAMPTZ
);

CREATE TABLE IF NOT EXISTS survey_response (
    response_key     BIGINT,
    source_no        INTEGER,
    src_response_id  VARCHAR,
    template         VARCHAR,
    ticket_key       BIGINT,
    customer_key     BIGINT,
    agent            VARCHAR,
    team             VARCHAR,
    submitted_at     TIMESTAMPTZ,   -- NULL = undated
    seconds          DOUBLE,        -- answer time; NULL unknown
    overall          DOUBLE,        -- as given; out of scale stays here and is treated as missing
    scale_min        DOUBLE,
    scale_max        DOUBLE,
    nps              INTEGER,
    effort           DOUBLE,
    solved_first     BOOLEAN,
    resolved_confirmed BOOLEAN,
    mode             VARCHAR,
    source_tag       VARCHAR,
    weight           DECIMAL(18, 10),  -- NULL = unweighted
    rules            VARCHAR[],     -- cleaning rules in force: speeder, contradictory, duplicate
    custom           JSON,
    version          BIGINT,
    loaded_at        TIMESTAMPTZ,
    run_id           BIGINT,
    row_hash         BIGINT
);
-- When the customer was invited (NULL unknown); a row with nothing else is an invitation nobody answered yet.
ALTER TABLE survey_response ADD COLUMN IF NOT EXISTS offered_at TIMESTAMPTZ;
ALTER TABLE survey_response ADD COLUMN IF NOT EXISTS effort_min DOUBLE;  -- scale of the effort rating
ALTER TABLE survey_response ADD COLUMN IF NOT EXISTS effort_max DOUBLE;
CREATE TABLE IF NOT EXISTS survey_answer (
    response_key BIGINT, dimension VARCHAR, raw VARCHAR, score DOUBLE, scale_min DOUBLE, scale_max DOUBLE
);

CREATE TABLE IF NOT EXISTS sla_due (  -- given due times win over the tier policy (semantics 12.4)
    ticket_key BIGINT, what VARCHAR, due_at TIMESTAMPTZ, origin VARCHAR
);

CREATE TABLE IF NOT EXISTS load_run (
    run_id     BIGINT,
    source_id  VARCHAR,
    tables     VARCHAR,          -- names of the mapped tables read
    started_at TIMESTAMPTZ,
    ended_at   TIMESTAMPTZ,
    state      VARCHAR,          -- done | refused | failed | interrupted
    message    VARCHAR,          -- why it was refused or failed
    cursor     VARCHAR,          -- behind it; NULL also for a long one
    watermark  TIMESTAMPTZ,
    file_name  VARCHAR,
    file_hash  VARCHAR,          -- sha256; the same file twice changes nothing
    mapping_hash VARCHAR,
    n_read     BIGINT, n_new BIGINT, n_changed BIGINT, n_same BIGINT, n_rejected BIGINT,
    data_version BIGINT
);
ALTER TABLE load_run ADD COLUMN IF NOT EXISTS kind VARCHAR;  -- backfill | redrive; NULL = what the source delivered
CREATE TABLE IF NOT EXISTS reject (   -- rows that did not load, whole
    run_id BIGINT, source_id VARCHAR, table_name VARCHAR, row_no BIGINT,
    payload JSON, rule VARCHAR, field VARCHAR, value VARCHAR, hint VARCHAR, resolved_at TIMESTAMPTZ
);
-- When and by which run the row was last delivered (what a later run loaded wins over it), and the run that settled
-- it; NULL open.
ALTER TABLE reject ADD COLUMN IF NOT EXISTS seen_at TIMESTAMPTZ;
ALTER TABLE reject ADD COLUMN IF NOT EXISTS seen_run BIGINT;
ALTER TABLE reject ADD COLUMN IF NOT EXISTS resolved_run BIGINT;
CREATE TABLE IF NOT EXISTS defect (   -- rows that loaded, with something odd in them (semantics 2.7); import-time rules
    run_id BIGINT, source_id VARCHAR, table_name VARCHAR, row_no BIGINT, ticket_key BIGINT,
    rule VARCHAR, field VARCHAR, value VARCHAR
);
-- The columns that a source had when it was last loaded, and what changed about them (open until resolved_at).
CREATE TABLE IF NOT EXISTS source_column (
    source_id VARCHAR, table_name VARCHAR, column_name VARCHAR, place BIGINT,
    kind VARCHAR,              -- boolean | integer | number | instant | text | empty
    is_gone BOOLEAN,
    accepted_at TIMESTAMPTZ    -- a person said that it is gone for good: it reads as empty
);
CREATE TABLE IF NOT EXISTS drift (
    run_id BIGINT, source_id VARCHAR, table_name VARCHAR, column_name VARCHAR,
    what VARCHAR,              -- new | dropped | retyped
    detail VARCHAR, fields VARCHAR[],
    is_stopping BOOLEAN,       -- nothing of the source loads until a person decides
    found_at TIMESTAMPTZ, resolved_at TIMESTAMPTZ
);
-- Tickets that their source has no more; is_deleted is set, and row_hash NULL so that they count as changed
-- when they are delivered again.
CREATE TABLE IF NOT EXISTS gone_ticket (
    ticket_key BIGINT, source_no INTEGER, run_id BIGINT, gone_at TIMESTAMPTZ
);
-- What the earlier deliveries of one pull touched; the facts follow with its last delivery, in the same transaction.
CREATE TABLE IF NOT EXISTS deferred_ticket (ticket_key BIGINT);
CREATE TABLE IF NOT EXISTS deferred_survey (response_key BIGINT);
CREATE TABLE IF NOT EXISTS deferred_mark (source_no INTEGER, until TIMESTAMPTZ);
CREATE TABLE IF NOT EXISTS source_turn (  -- what the schedule remembers over a restart
    source_id VARCHAR,
    paused_at TIMESTAMPTZ,       -- NULL = not paused
    pulled_at TIMESTAMPTZ        -- start of the last whole pull of a source with a line of cron
);
CREATE TABLE IF NOT EXISTS audit_log (logged_at TIMESTAMPTZ, actor VARCHAR, action VARCHAR, detail JSON);
