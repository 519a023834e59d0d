-- Derived tables: one row per case, durations on both clocks, kept per anchor in time order.
-- Rebuilt for touched cases only; a full rebuild gives the same rows. All durations in microseconds (BIGINT),
-- so that engines only count and add integers. Dimensions are member ids (table member).
-- Facts stand as of the watermark (semantics 1.2).

CREATE TYPE IF NOT EXISTS frt_reason AS ENUM ('ok', 'agent_initiated', 'bot_contained', 'resolved_without_reply', 'open_unanswered', 'negative_duration');
CREATE TYPE IF NOT EXISTS sla_what AS ENUM ('first_reply', 'resolution');
CREATE TYPE IF NOT EXISTS sla_outcome AS ENUM ('met', 'breached', 'open', 'na');  -- open: breached once as_of > due_at, else undecided

CREATE TABLE IF NOT EXISTS member (dimension VARCHAR, member_id INTEGER, label VARCHAR);  -- one id space per dimension; 0 is '(none)'; ids are never given up
CREATE TABLE IF NOT EXISTS merge_edge (ticket_key BIGINT, into_key BIGINT);  -- every visible merge, wherever it points
CREATE TABLE IF NOT EXISTS case_link (ticket_key BIGINT, case_key BIGINT);  -- merged secondaries only (semantics 2.6)
CREATE TABLE IF NOT EXISTS awaited (ticket_key BIGINT, visible_at TIMESTAMPTZ);  -- tickets with something later than the watermark
CREATE TABLE IF NOT EXISTS awaited_survey (response_key BIGINT, visible_at TIMESTAMPTZ);  -- surveys submitted later than the watermark
CREATE TABLE IF NOT EXISTS biz_slot (calendar_no SMALLINT, slot INTEGER, cum_us BIGINT, open_us BIGINT);  -- see metrics/slots
CREATE TABLE IF NOT EXISTS biz_axis (first_slot INTEGER, n_slots INTEGER, places BIGINT[]);  -- one row; the slots of each calendar in turn: 2 * cum_us, + 1 when open

-- {dims} stands for: team INTEGER, agent INTEGER, channel INTEGER, channel_detail INTEGER, type INTEGER,
-- category INTEGER, priority INTEGER, region INTEGER, tier INTEGER, product INTEGER  (NOT NULL, member ids)

CREATE TABLE IF NOT EXISTS fact_case (          -- every case, undated ones too; sorted by created_at
    case_key BIGINT, source_no INTEGER, created_at TIMESTAMPTZ, created_day DATE, {dims},
    customer_key BIGINT, reason frt_reason,
    start_at TIMESTAMPTZ,                       -- first hand-off, else created (4.1)
    reply_at TIMESTAMPTZ, reply_by VARCHAR,     -- first agent reply and its author
    any_at TIMESTAMPTZ,                         -- first bot or agent reply (4.2)
    frt_us BIGINT, frt_biz_us BIGINT,           -- reason ok only
    wait_us BIGINT, wait_biz_us BIGINT,         -- created to first agent reply, reason ok only
    any_us BIGINT, any_biz_us BIGINT,           -- created to any_at
    is_closed BOOLEAN, first_resolved_at TIMESTAMPTZ, last_resolved_at TIMESTAMPTZ, n_reopens INTEGER,
    first_reopened_at TIMESTAMPTZ,
    calendar_no SMALLINT,                       -- calendar in force; NULL = none, then *_biz_us are NULL
    created_pos_us BIGINT, start_pos_us BIGINT, first_resolved_pos_us BIGINT,  -- positions on the business axis
    chain_key BIGINT, chain_position INTEGER,   -- issue chain (4.14); NULL = no customer, or undated
    chain_cases INTEGER,                        -- how many cases the chain has
    last_change_at TIMESTAMPTZ,                 -- latest visible event or message of the case
    bot_at TIMESTAMPTZ, handoff_at TIMESTAMPTZ, -- first reply of a bot, first hand-off to a person (4.17)
    matures_at TIMESTAMPTZ,                     -- first resolution + days in which a repeat counts (4.14, 4.17)
    assigned_at TIMESTAMPTZ, assigned_pos_us BIGINT,  -- first assignment; undated cases have one too
    n_transfers INTEGER,                        -- assignments to another department than the one before (4.8)
    is_first_owner BOOLEAN,                     -- who entered the last resolution was assigned first; NULL = unknown
    followup_at TIMESTAMPTZ,                    -- first follow-up at or after the last resolution (4.12)
    updated_at TIMESTAMPTZ,                     -- last reply up to the last resolution, or now while open (4.12)
    longest_gap_us BIGINT,                      -- longest gap between two replies up to then; NULL = fewer than two
    -- First instants of the points between which visits lie (4.8), dated cases only; see metrics/visits.
    reply_pos_us BIGINT, action_at TIMESTAMPTZ, action_pos_us BIGINT,   -- action: of an agent
    acknowledged_at TIMESTAMPTZ, acknowledged_pos_us BIGINT, closed_at TIMESTAMPTZ, closed_pos_us BIGINT,
    called_at TIMESTAMPTZ, called_pos_us BIGINT, surveyed_at TIMESTAMPTZ, surveyed_pos_us BIGINT,
    dept VARCHAR,                               -- the only department there was, from the first assignment on
    visits_a BIGINT, visits_b BIGINT,           -- digits of the desk's pairs: none, one ended, one open, see fact_revisit
    -- What other facts are made from.
    sla_tier VARCHAR, sla_calendar_no SMALLINT, -- of its promises (4.9); calendar NULL = their clock runs always
    last_asked_at TIMESTAMPTZ,                  -- last message of the customer
    n_replies INTEGER,                          -- agent replies at or before the first resolution
    last_resolved_pos_us BIGINT, given_resolution_s DOUBLE
);
CREATE TABLE IF NOT EXISTS fact_reply (         -- reason ok; sorted by reply_at; agent = author of the reply
    case_key BIGINT, reply_at TIMESTAMPTZ, reply_day DATE, created_at TIMESTAMPTZ, {dims},
    frt_us BIGINT, frt_biz_us BIGINT, wait_us BIGINT, wait_biz_us BIGINT
);
CREATE TABLE IF NOT EXISTS fact_waiting (       -- reason open_unanswered; sorted by start_at; few, so that now is quick to tell
    case_key BIGINT, start_at TIMESTAMPTZ, created_at TIMESTAMPTZ, {dims}
);
CREATE TABLE IF NOT EXISTS fact_turn (          -- customer turns (4.2); sorted by ended_at; agent = author of the reply
    case_key BIGINT,
    ended_at TIMESTAMPTZ, ended_day DATE,       -- the reply, or the closing without one; NULL = waiting
    created_at TIMESTAMPTZ, {dims},
    start_at TIMESTAMPTZ,                       -- first unanswered message; creation in customer-initiated cases
    is_answered BOOLEAN, is_next BOOLEAN,       -- is_next: the case had a reply pair before
    turn_us BIGINT, turn_biz_us BIGINT          -- answered turns only
);
CREATE TABLE IF NOT EXISTS fact_gap (           -- between two replies to a case (4.12); sorted by replied_at, the former
    case_key BIGINT, replied_at TIMESTAMPTZ, created_at TIMESTAMPTZ, {dims}, gap_us BIGINT
);
CREATE TABLE IF NOT EXISTS fact_complaint (     -- cases of type complaint, undated ones too; sorted by created_at
    case_key BIGINT, created_at TIMESTAMPTZ, created_day DATE, {dims}, tags VARCHAR[],
    n_complaints INTEGER                        -- first of a chain of complaints: how many it has (4.16); else NULL
);
CREATE TABLE IF NOT EXISTS fact_act (           -- first action on a dated complaint, per agent who acted (12.8)
    case_key BIGINT, source_no INTEGER, actor VARCHAR,
    acted_us BIGINT                             -- since creation, earlier by a minute at most
);
CREATE TABLE IF NOT EXISTS fact_agent_hour (    -- who acted on which dated case in which local hour (4.18); sorted by hour_at
    case_key BIGINT, hour_at TIMESTAMPTZ,       -- begin of the hour
    team INTEGER, agent INTEGER, channel INTEGER  -- agent = who acted; other dimensions: those of the case
);
CREATE TABLE IF NOT EXISTS fact_linked (        -- dated cases in which agents linked a knowledge article (4.19)
    case_key BIGINT, is_public BOOLEAN, is_note BOOLEAN
);
CREATE TABLE IF NOT EXISTS fact_revisit (       -- visits that fact_case has no place for (4.8); sorted by pair and entered_at
    case_key BIGINT, pair VARCHAR,              -- see metrics/visits; 'reached': the first assignment to a department
    dept VARCHAR,                               -- of a visit to a department
    entered_at TIMESTAMPTZ, exited_at TIMESTAMPTZ,  -- exited_at NULL = still open
    created_at TIMESTAMPTZ, {dims},
    biz_us BIGINT,                              -- business time between them
    reached_us BIGINT                           -- from creation to the assignment
);
CREATE TABLE IF NOT EXISTS fact_resolution (    -- closed at the watermark with a valid duration; sorted by resolved_at (last)
    case_key BIGINT, resolved_at TIMESTAMPTZ, resolved_day DATE, created_at TIMESTAMPTZ, {dims},
    res_us BIGINT, res_biz_us BIGINT, net_us BIGINT, net_biz_us BIGINT,  -- undated cases: resolved_at NULL, res_us given
    pending_us BIGINT, pending_biz_us BIGINT,   -- in pending_customer, in on_hold, in new and open; closed time in none (4.4)
    hold_us BIGINT, hold_biz_us BIGINT, work_us BIGINT, work_biz_us BIGINT
);
CREATE TABLE IF NOT EXISTS fact_first_resolution (  -- ever resolved; sorted by resolved_at (first); res_* NULL when negative
    case_key BIGINT, resolved_at TIMESTAMPTZ, resolved_day DATE, created_at TIMESTAMPTZ, {dims},
    res_us BIGINT, res_biz_us BIGINT, net_us BIGINT, net_biz_us BIGINT,
    n_replies INTEGER,                          -- agent replies at or before resolved_at
    is_reopened BOOLEAN, customer_key BIGINT
);
CREATE TABLE IF NOT EXISTS fact_flow (          -- resolve and reopen events by own instant (4.4), not before created_at (4.7)
    case_key BIGINT, occurred_at TIMESTAMPTZ, occurred_day DATE, is_reopen BOOLEAN, {dims}
);
CREATE TABLE IF NOT EXISTS fact_span (          -- open intervals; B(x) = opened_at < x and (closed_at IS NULL or closed_at >= x)
    case_key BIGINT, created_at TIMESTAMPTZ, opened_at TIMESTAMPTZ, closed_at TIMESTAMPTZ,
    calendar_no SMALLINT, created_pos_us BIGINT, {dims}
);
CREATE TABLE IF NOT EXISTS backlog_day (        -- B(local midnight of x) = sum(delta) over day < x
    day DATE, team INTEGER, channel INTEGER, priority INTEGER, type INTEGER, delta INTEGER
);
CREATE TABLE IF NOT EXISTS fact_issue (         -- issue chains attributed to the first case's first resolution (4.14)
    chain_key BIGINT, case_key BIGINT, resolved_at TIMESTAMPTZ, resolved_day DATE, created_at TIMESTAMPTZ, {dims},
    n_cases INTEGER, is_success BOOLEAN, matures_at TIMESTAMPTZ, customer_key BIGINT
);
CREATE TABLE IF NOT EXISTS fact_sla (           -- sorted by decided_at = least(done, due); NULL for na
    case_key BIGINT, what sla_what, outcome sla_outcome, start_at TIMESTAMPTZ, due_at TIMESTAMPTZ, done_at TIMESTAMPTZ,
    decided_at TIMESTAMPTZ, decided_day DATE, created_at TIMESTAMPTZ, {dims}
);
CREATE TABLE IF NOT EXISTS fact_survey (        -- sorted by submitted_at; dropped ones keep their rule
    response_key BIGINT, submitted_at TIMESTAMPTZ, submitted_day DATE, created_at TIMESTAMPTZ,
    ticket_key BIGINT, case_key BIGINT,         -- ticket as given; its case, NULL = not in the population (yet)
    customer_key BIGINT, {dims},
    mode VARCHAR, dropped_by VARCHAR,           -- speeder | contradictory | duplicate; NULL = valid
    n_out_of_range INTEGER, overall_milli INTEGER, scale_min DOUBLE, scale_max DOUBLE,
    nps INTEGER, effort_milli INTEGER, solved_first BOOLEAN, resolved_confirmed BOOLEAN, weight DECIMAL(18, 10),
    effort_min DOUBLE, effort_max DOUBLE
);
CREATE TABLE IF NOT EXISTS fact_offer (         -- invitations to a survey, answered or not; sorted by offered_at
    offer_key BIGINT, offered_at TIMESTAMPTZ, offered_day DATE, created_at TIMESTAMPTZ,
    case_key BIGINT, customer_key BIGINT,       -- of the survey, else of the case
    {dims}, mode VARCHAR
);
CREATE TABLE IF NOT EXISTS fact_answer (        -- in-scale answers of valid surveys
    response_key BIGINT, submitted_at TIMESTAMPTZ, submitted_day DATE, {dims}, dimension VARCHAR, score_milli INTEGER, weight DECIMAL(18, 10),
    five_parts INTEGER                          -- the score on 1-5, linear (5.5), in parts of metrics/survey.FIVE; score_milli on its own scale
);
CREATE TABLE IF NOT EXISTS fact_defect (        -- odd durations and future rows, one row each (2.7)
    ticket_key BIGINT, rule VARCHAR, field VARCHAR
);
