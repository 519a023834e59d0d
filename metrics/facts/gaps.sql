-- Replies of people and the time up to the next one, until the last resolution, or now while open (semantics 4.12).
-- A case with one reply is told by it, a closed one with two by both; the others are walked.
-- What follows the last reply is told when asked.

-- :: walked
-- is_pair: closed once and for all after two replies, the first and the last.
CREATE OR REPLACE TEMP TABLE new_kept AS
SELECT c.case_key, c.reply_at, c.last_reply_at,
       CASE WHEN c.is_closed THEN c.last_resolved_at ELSE TIMESTAMPTZ 'infinity' END AS end_at,
       c.is_closed AND c.n_reopens = 0 AND c.n_replies = 2 AND c.last_reply_at <= c.last_resolved_at AS is_pair
FROM new_brief c
WHERE c.reply_at < c.last_reply_at AND c.created_at IS NOT NULL AND (NOT c.is_closed OR c.reply_at <= c.last_resolved_at);

-- :: count
SELECT count(*) FROM new_kept;

-- :: no_updated
CREATE OR REPLACE TEMP TABLE new_updated (case_key BIGINT, updated_at TIMESTAMPTZ, longest_gap_us BIGINT);

-- :: replies
CREATE OR REPLACE TEMP TABLE new_reply AS
SELECT case_key, replied_at, epoch_us(lead(replied_at) OVER (PARTITION BY case_key ORDER BY replied_at))
       - epoch_us(replied_at) AS gap_us
FROM (
    SELECT k.case_key, m.occurred_at AS replied_at
    FROM {message_rows} m
    LEFT JOIN case_link l ON l.ticket_key = m.ticket_key
    JOIN (SELECT case_key, end_at FROM new_kept WHERE NOT is_pair) k ON k.case_key = coalesce(l.case_key, m.ticket_key)
    WHERE {writing} AND m.is_public IS NOT FALSE AND m.occurred_at <= {watermark} AND m.occurred_at <= k.end_at
)
UNION ALL
SELECT case_key, reply_at, epoch_us(last_reply_at) - epoch_us(reply_at) FROM new_kept WHERE is_pair;

-- :: updated
CREATE OR REPLACE TEMP TABLE new_updated AS
SELECT case_key, make_timestamptz(max(epoch_us(replied_at) + coalesce(gap_us, 0))) AS updated_at,
       max(gap_us) AS longest_gap_us
FROM new_reply GROUP BY case_key;

-- :: store
INSERT INTO fact_gap
SELECT c.case_key, r.replied_at, c.created_at, {c_dims}, r.gap_us
FROM {new_case} c JOIN new_reply r ON r.case_key = c.case_key
WHERE r.gap_us IS NOT NULL
ORDER BY r.replied_at, c.case_key, r.gap_us;
