-- One row per case: who, when, first replies, resolutions, durations on both clocks (semantics 4.1-4.4).

-- :: base
CREATE OR REPLACE TEMP TABLE new_base AS
SELECT t.ticket_key AS case_key, t.source_no, {created} AS created_at, {member_ids}, t.customer_key,
       coalesce(t.created_by = 'agent', false) AS by_agent, coalesce({initial}, 'P2') AS sla_tier,
       ({calendar})::SMALLINT AS calendar_no, ({sla_calendar})::SMALLINT AS sla_calendar_no, t.given_resolution_s
FROM {ticket_rows} t
LEFT JOIN (
    SELECT l.case_key, min(s.created_at) AS created_at
    FROM case_link l JOIN {ticket_rows} s ON s.ticket_key = l.ticket_key GROUP BY l.case_key
) g ON g.case_key = t.ticket_key
LEFT JOIN (
    SELECT ticket_key, CASE WHEN old IN {tier_names} THEN old END AS priority
    FROM (
        SELECT ticket_key, arg_min_null(old, ROW(occurred_at, seq, stream, event_key)) AS old
        FROM {ticket_event_rows} WHERE kind = 'priority' GROUP BY ticket_key
    )
) o ON o.ticket_key = t.ticket_key
{member_joins}
WHERE {population} AND t.ticket_key NOT IN (SELECT l.ticket_key FROM case_link l)
ORDER BY created_at, case_key;  -- wide rows are not sorted again

-- :: touch
CREATE OR REPLACE TEMP TABLE new_touch AS
SELECT case_key,
       min(CASE WHEN tag = 10 THEN occurred_at END) AS reply_at,
       max(CASE WHEN tag = 10 THEN occurred_at END) AS last_reply_at,
       min(CASE WHEN tag >= 10 THEN occurred_at END) AS action_at,
       min(CASE WHEN tag = 1 THEN occurred_at END) AS acknowledged_at,
       min(CASE WHEN tag = 2 THEN occurred_at END) AS bot_at,
       max(CASE WHEN tag = 3 THEN occurred_at END) AS last_asked_at,
       min(CASE WHEN tag = 4 THEN occurred_at END) AS handoff_at,
       min(CASE WHEN tag = 5 THEN occurred_at END) AS called_at,
       max(CASE WHEN tag = 5 THEN occurred_at END) AS last_called_at,
       min(CASE WHEN tag IN (6, 12) THEN occurred_at END) AS closed_at,
       max(occurred_at) AS last_change_at
FROM (
    -- From 10 on it is an agent who acts: with a reply (10), otherwise (11), by closing (12).
    SELECT coalesce(l.case_key, m.ticket_key) AS case_key, m.occurred_at,
           CASE WHEN {writing} THEN CASE WHEN m.is_public IS FALSE THEN 11 ELSE 10 END
                WHEN m.is_public IS FALSE THEN 0 WHEN m.is_auto IS TRUE THEN 1
                WHEN m.author_kind = 'bot' THEN 2 WHEN m.author_kind = 'customer' THEN 3 ELSE 0 END::TINYINT AS tag
    FROM {message_rows} m LEFT JOIN case_link l ON l.ticket_key = m.ticket_key
    WHERE m.occurred_at <= {watermark}
    UNION ALL
    SELECT coalesce(l.case_key, e.ticket_key), e.occurred_at,
           (CASE WHEN e.kind = 'status' AND e.new = 'closed' THEN CASE WHEN {acting} THEN 12 ELSE 6 END
                 WHEN {acting} THEN 11 WHEN e.kind = 'handoff' THEN 4 WHEN e.kind = 'followup' THEN 5
                 ELSE 0 END)::TINYINT
    FROM {ticket_event_rows} e LEFT JOIN case_link l ON l.ticket_key = e.ticket_key
    WHERE e.occurred_at <= {watermark} AND NOT (e.kind = 'status' AND l.case_key IS NOT NULL)
)
GROUP BY case_key;

-- :: assigns
SELECT coalesce(l.case_key, e.ticket_key) AS case_key, e.event_key, e.occurred_at, e.seq, e.stream, e.dept, e.new
FROM {ticket_event_rows} e LEFT JOIN case_link l ON l.ticket_key = e.ticket_key
WHERE e.kind = 'assign' AND e.occurred_at <= {watermark}

-- :: no_assigns
CREATE OR REPLACE TEMP TABLE new_assigned (
    case_key BIGINT, assigned_at TIMESTAMPTZ, last_assigned_at TIMESTAMPTZ, owner VARCHAR, dept VARCHAR,
    dept_at TIMESTAMPTZ, is_handed BOOLEAN, n_transfers BIGINT
);
CREATE OR REPLACE TEMP TABLE new_handed (event_key BIGINT, dept VARCHAR, nth BIGINT, before VARCHAR, home VARCHAR);

-- :: counted
CREATE OR REPLACE TEMP TABLE new_counted AS
SELECT case_key, count(*) AS n, min(occurred_at) AS assigned_at, any_value(dept) AS dept, any_value(new) AS owner
FROM ({assigns}) GROUP BY case_key;

-- :: handed
-- The assignments of cases with several: nth of the case, the department before and the first department.
CREATE OR REPLACE TEMP TABLE new_handed AS
SELECT *, row_number() OVER walk AS nth, CASE WHEN dept IS NOT NULL THEN lag(dept) OVER named END AS before,
       CASE WHEN dept IS NOT NULL THEN first_value(dept) OVER named END AS home
FROM ({assigns}) WHERE case_key IN (SELECT case_key FROM new_counted WHERE n > 1)
WINDOW walk AS (PARTITION BY case_key ORDER BY occurred_at, seq, stream, event_key),
       named AS (PARTITION BY case_key, dept IS NULL ORDER BY occurred_at, seq, stream, event_key);

-- :: assigned
CREATE OR REPLACE TEMP TABLE new_assigned AS
SELECT case_key, assigned_at, assigned_at AS last_assigned_at, owner, dept,
       CASE WHEN dept IS NOT NULL THEN assigned_at END AS dept_at, false AS is_handed, 0 AS n_transfers
FROM new_counted WHERE n = 1
UNION ALL
SELECT case_key, min(occurred_at), max(occurred_at),
       arg_min(new, ROW(occurred_at, seq, stream, event_key)) FILTER (new IS NOT NULL), min(home),
       min(CASE WHEN dept IS NOT NULL THEN occurred_at END),
       -- More than the one department of all assignments there are.
       coalesce(min(dept) <> max(dept), false) OR count(dept) <> count(*),
       count(CASE WHEN dept <> before THEN 1 END)
FROM new_handed GROUP BY case_key;

-- :: status
CREATE OR REPLACE TEMP TABLE new_status AS
SELECT case_key, step, occurred_at, next_at, is_closed, is_closed <> was_closed AS is_turn, is_pause, held, actor
FROM (
    SELECT ticket_key AS case_key, row_number() OVER walk AS step, occurred_at, is_closed, is_pause, held, actor,
           lag(is_closed, 1, false) OVER walk AS was_closed, lead(occurred_at) OVER walk AS next_at
    FROM (
        SELECT ticket_key, occurred_at, seq, stream, event_key, actor,
               new IN {closed} AS is_closed, coalesce(new IN ({pauses}), false) AS is_pause,
               CASE WHEN new IN ('pending_customer', 'on_hold') THEN new END AS held
        FROM {ticket_event_rows}
        WHERE kind = 'status' AND new IS NOT NULL AND occurred_at <= {watermark}
          AND ticket_key NOT IN (SELECT l.ticket_key FROM case_link l)
    )
    WINDOW walk AS (PARTITION BY ticket_key ORDER BY occurred_at, seq, stream, event_key)
)
WHERE is_closed <> was_closed OR is_pause OR held IS NOT NULL;

-- :: life
CREATE OR REPLACE TEMP TABLE new_life AS
SELECT case_key,
       min(CASE WHEN is_closed THEN occurred_at END) AS first_resolved_at,
       max(CASE WHEN is_closed THEN occurred_at END) AS last_resolved_at,
       min(CASE WHEN NOT is_closed THEN occurred_at END) AS first_reopened_at,
       count(CASE WHEN NOT is_closed THEN 1 END)::INTEGER AS n_reopens,
       arg_max_null(actor, step) FILTER (is_closed) AS resolver,
       count(CASE WHEN is_closed THEN 1 END) > count(CASE WHEN NOT is_closed THEN 1 END) AS is_closed
FROM new_status WHERE is_turn GROUP BY case_key;

-- :: credit
CREATE OR REPLACE TEMP TABLE new_credit AS
SELECT m.case_key,
       count(CASE WHEN m.occurred_at <= l.first_resolved_at THEN 1 END)::INTEGER AS n_replies,
       arg_min_null(m.author, ROW(m.seq, m.stream, m.message_key)) FILTER (m.occurred_at = t.reply_at) AS reply_by
FROM (
    SELECT coalesce(l.case_key, m.ticket_key) AS case_key, m.occurred_at, m.author, m.seq, m.stream, m.message_key
    FROM {message_rows} m LEFT JOIN case_link l ON l.ticket_key = m.ticket_key
    WHERE m.author_kind = 'agent' AND m.is_public IS NOT FALSE AND m.is_auto IS NOT TRUE
      AND m.occurred_at <= {watermark}
) m
JOIN new_touch t ON t.case_key = m.case_key
LEFT JOIN new_life l ON l.case_key = m.case_key
GROUP BY m.case_key;

-- :: followup
CREATE OR REPLACE TEMP TABLE new_followup AS
SELECT c.case_key, min(e.occurred_at) AS followup_at
FROM {ticket_event_rows} e
LEFT JOIN case_link l ON l.ticket_key = e.ticket_key
JOIN new_life c ON c.case_key = coalesce(l.case_key, e.ticket_key)
WHERE e.kind = 'followup' AND e.occurred_at <= {watermark} AND e.occurred_at >= c.last_resolved_at
GROUP BY c.case_key;

-- :: no_followup
CREATE OR REPLACE TEMP TABLE new_followup (case_key BIGINT, followup_at TIMESTAMPTZ);

-- :: surveyed
CREATE OR REPLACE TEMP TABLE new_surveyed AS
SELECT coalesce(l.case_key, s.ticket_key) AS case_key, min(s.submitted_at) AS surveyed_at,
       max(s.submitted_at) AS last_surveyed_at
FROM {survey_response_rows} s LEFT JOIN case_link l ON l.ticket_key = s.ticket_key
WHERE s.submitted_at <= {watermark} AND s.ticket_key IS NOT NULL
GROUP BY coalesce(l.case_key, s.ticket_key);

-- :: no_surveyed
CREATE OR REPLACE TEMP TABLE new_surveyed (
    case_key BIGINT, surveyed_at TIMESTAMPTZ, last_surveyed_at TIMESTAMPTZ
);

-- :: held
SELECT count(CASE WHEN reason = 'ok' THEN 1 END), count(CASE WHEN reason = 'open_unanswered' THEN 1 END),
       count(first_resolved_at), count(CASE WHEN {is_manifold} THEN 1 END), count(CASE WHEN {is_unsure} THEN 1 END),
       count(CASE WHEN reason = 'negative_duration' OR reply_at < start_at OR first_resolved_at < created_at THEN 1 END)
FROM {new_case};

-- :: range
SELECT epoch_us(least(b.low, t.low, s.low, a.low, u.low)), epoch_us(greatest(b.high, t.high, v.high))
FROM (SELECT min(created_at) AS low, max(created_at) AS high FROM new_base) b,
     (
         SELECT min(least(reply_at, bot_at, handoff_at, action_at, acknowledged_at, called_at, closed_at)) AS low,
                max(last_change_at) AS high
         FROM new_touch
     ) t,
     (SELECT min(occurred_at) AS low FROM new_status) s,
     (SELECT min(assigned_at) AS low FROM new_assigned) a,
     (SELECT min(surveyed_at) AS low FROM new_surveyed) u,
     (SELECT max(submitted_at) AS high FROM {survey_response_rows} WHERE submitted_at <= {watermark}) v;

-- :: brief
-- What chains and gaps are found from.
CREATE OR REPLACE TEMP TABLE new_brief AS
SELECT b.case_key, b.customer_key, b.category, b.created_at, coalesce(l.is_closed, false) AS is_closed,
       l.last_resolved_at, coalesce(l.n_reopens, 0) AS n_reopens, coalesce(c.n_replies, 0) AS n_replies, t.reply_at,
       t.last_reply_at
FROM (SELECT *, CASE WHEN created_at IS NOT NULL THEN case_key END AS dated_key FROM new_base) b
LEFT JOIN new_touch t ON t.case_key = b.dated_key
LEFT JOIN new_life l ON l.case_key = b.dated_key
LEFT JOIN new_credit c ON c.case_key = b.dated_key;

-- :: store
-- In the order of new_base, which the joins keep.
INSERT INTO fact_case BY NAME {joined};

-- :: store_new
CREATE OR REPLACE TEMP TABLE new_case AS {joined};
INSERT INTO fact_case BY NAME FROM new_case;

-- :: joined
SELECT * EXCLUDE (by_agent, reply_diff, any_diff, any_pos_us, is_odd, is_handed, dept_at, last_reply_at,
                  last_called_at, last_assigned_at, last_surveyed_at, later_reply_at),
       local_day(created_at) AS created_day,
       make_timestamptz(epoch_us(first_resolved_at) + {repeat_us}) AS matures_at,
       coalesce(later_reply_at, CASE WHEN NOT is_closed OR reply_at <= last_resolved_at THEN reply_at END)
           AS updated_at,
       CASE WHEN reason = 'ok' THEN greatest(epoch_us(reply_at) - epoch_us(start_at), 0) END AS frt_us,
       CASE WHEN reason = 'ok' THEN greatest(reply_pos_us - start_pos_us, start_pos_us * 0) END AS frt_biz_us,
       CASE WHEN reason = 'ok' AND reply_diff >= -60000000 THEN greatest(reply_diff, 0) END AS wait_us,
       CASE WHEN reason = 'ok' AND reply_diff >= -60000000
            THEN greatest(reply_pos_us - created_pos_us, created_pos_us * 0) END AS wait_biz_us,
       CASE WHEN any_diff >= -60000000 THEN greatest(any_diff, 0) END AS any_us,
       CASE WHEN any_diff >= -60000000 THEN greatest(any_pos_us - created_pos_us, created_pos_us * 0) END AS any_biz_us
FROM {placed}

-- :: told
SELECT r.* REPLACE (CASE WHEN r.created_at IS NOT NULL AND NOT r.is_handed THEN r.dept END AS dept),
       epoch_us(r.reply_at) - epoch_us(r.created_at) AS reply_diff,
       epoch_us(r.any_at) - epoch_us(r.created_at) AS any_diff,
       CASE WHEN r.created_at IS NULL THEN NULL
            WHEN r.by_agent THEN 'agent_initiated'
            WHEN r.reply_at IS NULL AND r.is_closed AND r.bot_at IS NOT NULL AND r.handoff_at IS NULL
            THEN 'bot_contained'
            WHEN r.reply_at IS NULL AND r.is_closed THEN 'resolved_without_reply'
            WHEN r.reply_at IS NULL THEN 'open_unanswered'
            WHEN epoch_us(r.reply_at) - epoch_us(r.start_at) < -60000000 THEN 'negative_duration'
            ELSE 'ok' END::frt_reason AS reason,
       {visits}
FROM (
    SELECT b.* EXCLUDE (dated_key),
           CASE WHEN b.created_at IS NOT NULL THEN coalesce(t.handoff_at, b.created_at) END AS start_at,
           t.reply_at, t.bot_at, t.handoff_at, least(t.reply_at, t.bot_at) AS any_at, t.last_change_at,
           t.last_asked_at,
           coalesce(l.is_closed, false) AS is_closed, l.first_resolved_at, l.last_resolved_at, l.first_reopened_at,
           coalesce(l.n_reopens, 0) AS n_reopens, coalesce(c.n_replies, 0) AS n_replies, c.reply_by,
           a.assigned_at, coalesce(a.n_transfers, 0) AS n_transfers, l.resolver = a.owner AS is_first_owner,
           u.followup_at, t.last_reply_at, t.action_at, t.acknowledged_at, t.closed_at, t.called_at,
           t.last_called_at, a.last_assigned_at, a.dept, a.dept_at, coalesce(a.is_handed, false) AS is_handed,
           v.surveyed_at, v.last_surveyed_at, n.chain_key, n.chain_position, n.n_cases AS chain_cases,
           g.updated_at AS later_reply_at, g.longest_gap_us,
           -- An instant before creation: no visit of the case is told by first and last instants.
           coalesce(least(t.reply_at, t.acknowledged_at, t.action_at, t.called_at, t.closed_at, a.assigned_at,
                          v.surveyed_at, l.first_resolved_at) < b.created_at, false) AS is_odd
    -- Joined by key alone: with `AND created_at IS NOT NULL` beside it the engine loops over all pairs.
    FROM (SELECT *, CASE WHEN created_at IS NOT NULL THEN case_key END AS dated_key FROM new_base) b
    LEFT JOIN new_touch t ON t.case_key = b.dated_key
    LEFT JOIN new_life l ON l.case_key = b.dated_key
    LEFT JOIN new_credit c ON c.case_key = b.dated_key
    {followed}
    {assigned}
    {surveyed}
    {chained}
    {updated}
) r
