-- Turns: the first unanswered customer message up to the next reply by a person (semantics 4.2, decision 10).
-- A walk holds customer messages (1, creation being the first), replies (2) and resolve events (3).

-- Only cases of several turns, or of none at creation, are walked; the others have the one that creation opened.

-- :: walked
CREATE OR REPLACE TEMP TABLE new_walked AS
SELECT case_key FROM {new_case}
WHERE {is_manifold};

-- :: steps
CREATE OR REPLACE TEMP TABLE new_step AS
SELECT case_key, step, kind, occurred_at, author, before_at
FROM (
    SELECT case_key, kind, occurred_at, author, row_number() OVER walk AS step,
           lag(kind) OVER walk AS before, lag(occurred_at) OVER walk AS before_at,
           count(CASE WHEN kind = 1 THEN 1 END) OVER walk AS n_asked
    FROM (
        SELECT case_key, 1::TINYINT AS kind, TIMESTAMPTZ '-infinity' AS occurred_at, NULL::VARCHAR AS author,
               0::BIGINT AS seq, 0::SMALLINT AS stream, 0::BIGINT AS message_key
        FROM {new_case} WHERE case_key IN (SELECT case_key FROM new_walked) AND reason <> 'agent_initiated'
        UNION ALL
        SELECT coalesce(l.case_key, m.ticket_key), CASE WHEN m.author_kind = 'agent' THEN 2 ELSE 1 END::TINYINT,
               m.occurred_at, m.author, m.seq, m.stream, m.message_key
        FROM {message_rows} m LEFT JOIN case_link l ON l.ticket_key = m.ticket_key
        WHERE m.author_kind IN ('agent', 'customer') AND m.is_public IS NOT FALSE AND m.is_auto IS NOT TRUE
          AND m.occurred_at <= {watermark}
          AND coalesce(l.case_key, m.ticket_key) IN (SELECT case_key FROM new_walked)
        UNION ALL
        SELECT case_key, 3::TINYINT, occurred_at, NULL, 0, 0, 0 FROM new_status
        WHERE is_turn AND is_closed AND case_key IN (SELECT case_key FROM new_walked)
    )
    WINDOW walk AS (PARTITION BY case_key ORDER BY occurred_at, kind = 3, seq, stream, message_key
                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
WHERE (kind = 1 AND before IS DISTINCT FROM 1) OR (kind = 2 AND n_asked > 0 AND before <> 2);

-- :: no_steps
CREATE OR REPLACE TEMP TABLE new_step (
    case_key BIGINT, step BIGINT, kind TINYINT, occurred_at TIMESTAMPTZ, author VARCHAR, before_at TIMESTAMPTZ
);

-- :: turns
CREATE OR REPLACE TEMP TABLE new_turn AS
SELECT case_key, asked_at, next_kind, next_at, author, shut_at, is_next
FROM (
    SELECT case_key, kind, occurred_at AS asked_at, lead(kind) OVER walk AS next_kind,
           lead(occurred_at) OVER walk AS next_at, lead(author) OVER walk AS author,
           lead(before_at) OVER walk AS shut_at, count(CASE WHEN kind = 2 THEN 1 END) OVER walk > 0 AS is_next
    FROM new_step
    WINDOW walk AS (PARTITION BY case_key ORDER BY step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
WHERE kind = 1
UNION ALL
SELECT case_key, created_at, CASE WHEN reply_at IS NOT NULL THEN 2 END::TINYINT, reply_at, reply_by, NULL, false
FROM {new_case}
WHERE created_at IS NOT NULL AND case_key NOT IN (SELECT case_key FROM new_walked);

-- :: store
INSERT INTO fact_turn
SELECT t.case_key, t.ended_at, local_day(t.ended_at), t.created_at, {turn_dims}, t.start_at, t.is_answered, t.is_next,
       CASE WHEN t.is_answered THEN greatest(t.diff, 0) END, greatest(t.biz, t.biz * 0)
FROM (
    SELECT *, epoch_us(ended_at) - epoch_us(start_at) AS diff, ended_pos_us - start_pos_us AS biz FROM {placed}
) t
LEFT JOIN new_agent a ON a.label = t.author
WHERE NOT t.is_answered OR t.diff >= -60000000
ORDER BY t.ended_at, t.case_key, t.start_at;

-- :: ended
SELECT c.case_key, c.created_at, {c_dims}, t.author, t.is_next, coalesce(t.next_kind = 2, false) AS is_answered,
       CASE WHEN t.next_kind = 2 THEN c.calendar_no END AS calendar_no,
       greatest(t.asked_at, c.created_at) AS start_at,
       CASE WHEN t.next_kind = 2 THEN t.next_at
            WHEN t.next_kind = 1 THEN greatest(t.shut_at, t.asked_at, c.created_at)
            WHEN c.is_closed THEN greatest(c.last_resolved_at, t.asked_at, c.created_at) END AS ended_at
FROM {new_case} c JOIN new_turn t ON t.case_key = c.case_key
WHERE c.created_at IS NOT NULL AND c.reason <> 'bot_contained'
