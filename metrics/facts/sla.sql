-- SLA facts: due, done and outcome of first reply and resolution (semantics 4.9-4.11).
-- A clock without calendar runs always: its position is the instant itself.

-- :: changes
WITH change AS (
    SELECT c.case_key, e.occurred_at, e.seq, e.stream, e.event_key, e.new
    FROM {ticket_event_rows} e
    LEFT JOIN case_link l ON l.ticket_key = e.ticket_key
    JOIN {new_case} c ON c.case_key = coalesce(l.case_key, e.ticket_key)
    WHERE e.kind = 'priority' AND e.new IS NOT NULL AND e.occurred_at <= {watermark} AND c.created_at IS NOT NULL
      -- after both stops a change decides nothing
      AND (c.reply_at IS NULL OR NOT c.is_closed OR e.occurred_at < greatest(c.reply_at, c.last_resolved_at))
)
SELECT c.case_key, c.sla_tier, c.sla_calendar_no, epoch_us(c.start_at), epoch_us(c.created_at),
       epoch_us(c.reply_at), CASE WHEN c.is_closed THEN epoch_us(c.last_resolved_at) END,
       k.instants, k.tiers, p.starts, p.ends
FROM (
    SELECT case_key, list(epoch_us(occurred_at) ORDER BY occurred_at, seq, stream, event_key) AS instants,
           list(new ORDER BY occurred_at, seq, stream, event_key) AS tiers
    FROM change GROUP BY case_key
) k
JOIN {new_case} c ON c.case_key = k.case_key
LEFT JOIN (
    SELECT case_key, list(epoch_us(start_at) ORDER BY step) AS starts, list(epoch_us(end_at) ORDER BY step) AS ends
    FROM new_pause WHERE case_key IN (SELECT case_key FROM change) GROUP BY case_key
) p ON p.case_key = c.case_key;

-- :: changed
CREATE OR REPLACE TEMP TABLE new_changed AS
SELECT unnest($keys::BIGINT[]) AS case_key, unnest($dues::BIGINT[]) AS first_due_us,
       unnest($limits::BIGINT[]) AS resolution_us;

-- :: clocks
CREATE OR REPLACE TEMP TABLE new_tier AS {tiers};
CREATE OR REPLACE TEMP TABLE new_clock AS
SELECT c.case_key, c.created_at, c.start_at, c.sla_calendar_no AS calendar_no, q.first_reply_us AS first_limit_us,
       h.case_key IS NOT NULL AS is_changed, h.first_due_us,
       CASE WHEN h.case_key IS NULL THEN r.resolution_us ELSE h.resolution_us END AS limit_us,
       g.first_due_at AS given_first_due_at, g.due_at AS given_due_at
FROM {new_case} c
LEFT JOIN new_tier q ON q.tier = c.sla_tier
    AND epoch_us(c.start_at) >= q.from_us AND epoch_us(c.start_at) < q.to_us
LEFT JOIN new_tier r ON r.tier = c.sla_tier
    AND epoch_us(c.created_at) >= r.from_us AND epoch_us(c.created_at) < r.to_us
LEFT JOIN new_changed h ON h.case_key = c.case_key
LEFT JOIN (
    SELECT ticket_key, max(CASE WHEN what = 'first_reply' THEN due_at END) AS first_due_at,
           max(CASE WHEN what = 'resolution' THEN due_at END) AS due_at
    FROM {sla_due_rows} GROUP BY ticket_key
) g ON g.ticket_key = c.case_key
WHERE c.created_at IS NOT NULL;

-- :: count
SELECT count(*) FROM new_pause;

-- :: no_stops
CREATE OR REPLACE TEMP TABLE new_stop (case_key BIGINT, paused_us BIGINT, is_running BOOLEAN);

-- :: stops
CREATE OR REPLACE TEMP TABLE new_stop AS
SELECT case_key, coalesce(sum(until_us - from_us), 0)::BIGINT AS paused_us, bool_or(until_us IS NULL) AS is_running
FROM (
    SELECT case_key, limit_us, from_us, until_us,
           from_us - zero_us - coalesce(sum(until_us - from_us) OVER (
               PARTITION BY case_key ORDER BY step ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS used_us
    FROM (
        SELECT case_key, step, limit_us, created_pos_us AS zero_us, start_pos_us AS from_us, end_pos_us AS until_us
        FROM {stops}
    )
)
WHERE used_us <= limit_us
GROUP BY case_key;

-- :: dues
CREATE OR REPLACE TEMP TABLE new_due AS
SELECT n.case_key, n.limit_us IS NOT NULL OR n.given_due_at IS NOT NULL AS is_limited,
       coalesce(n.given_first_due_at,
                CASE WHEN n.is_changed THEN make_timestamptz(n.first_due_us)
                     WHEN n.first_pos_us IS NOT NULL
                     THEN greatest(make_timestamptz({lower}), n.start_at) END) AS first_due_at,
       coalesce(n.given_due_at, make_timestamptz({upper})) AS due_at
FROM (
    SELECT k.*, k.start_pos_us + k.first_limit_us AS first_pos_us,
           CASE WHEN s.is_running IS NOT TRUE
                THEN k.created_pos_us + k.limit_us + coalesce(s.paused_us, 0) END AS due_pos_us
    FROM {clocks} k
    LEFT JOIN new_stop s ON s.case_key = k.case_key
) n
{inverse_joins};

-- :: store_first
INSERT INTO fact_sla
SELECT c.case_key, 'first_reply', c.outcome, c.start_at, c.due_at, c.reply_at, c.decided_at,
       local_day(c.decided_at), c.created_at, {c_dims}
FROM (
    SELECT *, CASE WHEN outcome <> 'na' THEN least(reply_at, due_at) END AS decided_at
    FROM (
        SELECT c.*, n.first_due_at AS due_at,
               CASE WHEN n.first_due_at IS NULL
                         OR c.reason IN ('agent_initiated', 'negative_duration', 'bot_contained') THEN 'na'
                    WHEN c.reply_at <= n.first_due_at THEN 'met'
                    WHEN c.reply_at > n.first_due_at THEN 'breached'
                    WHEN c.first_resolved_at <= n.first_due_at THEN 'na'
                    WHEN c.first_resolved_at > n.first_due_at THEN 'breached'
                    ELSE 'open' END::sla_outcome AS outcome
        FROM {new_case} c JOIN new_due n ON n.case_key = c.case_key
    )
) c
ORDER BY c.decided_at, c.case_key;

-- :: store_resolution
INSERT INTO fact_sla
SELECT c.case_key, 'resolution', c.outcome, c.created_at, c.due_at, c.done_at, c.decided_at,
       local_day(c.decided_at), c.created_at, {c_dims}
FROM (
    SELECT *, CASE WHEN outcome <> 'na' THEN least(done_at, due_at) END AS decided_at
    FROM (
        SELECT c.*, n.due_at, CASE WHEN c.is_closed THEN c.last_resolved_at END AS done_at,
               CASE WHEN NOT n.is_limited THEN 'na'
                    WHEN NOT c.is_closed THEN 'open'
                    WHEN epoch_us(c.last_resolved_at) - epoch_us(c.created_at) < -60000000 THEN 'na'
                    WHEN c.last_resolved_at <= n.due_at THEN 'met'
                    ELSE 'breached' END::sla_outcome AS outcome
        FROM {new_case} c JOIN new_due n ON n.case_key = c.case_key
    )
) c
ORDER BY c.decided_at, c.case_key;
