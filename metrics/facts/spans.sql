-- Open intervals, and the backlog per local day as changes (semantics 4.7).

-- :: store
INSERT INTO fact_span
SELECT c.case_key, c.created_at, o.opened_at, o.closed_at, c.calendar_no, c.created_pos_us, {c_dims}
FROM {new_case} c
JOIN (
    SELECT case_key, created_at AS opened_at, greatest(created_at, first_resolved_at) AS closed_at
    FROM {new_case} WHERE created_at IS NOT NULL AND first_resolved_at IS NOT NULL
    UNION ALL
    SELECT case_key, created_at, NULL FROM {new_case} WHERE created_at IS NOT NULL AND first_resolved_at IS NULL
    UNION ALL
    SELECT case_key, occurred_at, next_at
    FROM (
        SELECT s.case_key, greatest(s.occurred_at, c.created_at) AS occurred_at, s.is_closed,
               lead(greatest(s.occurred_at, c.created_at)) OVER (PARTITION BY s.case_key ORDER BY s.step) AS next_at
        FROM {new_case} c JOIN new_status s ON s.case_key = c.case_key
        WHERE s.is_turn AND c.n_reopens > 0 AND c.created_at IS NOT NULL
    )
    WHERE NOT is_closed
) o ON o.case_key = c.case_key
WHERE o.closed_at IS NULL OR o.opened_at < o.closed_at
ORDER BY o.opened_at, o.case_key;

-- :: steps
SELECT local_day(CASE WHEN way = 1 THEN opened_at ELSE closed_at END) AS day, team, channel, priority, type,
       {sign} * way AS delta
FROM {spans}, (VALUES (1), (-1)) w(way)
WHERE way = 1 OR closed_at IS NOT NULL

-- :: remember
CREATE OR REPLACE TEMP TABLE old_change AS {steps};

-- :: changes
CREATE OR REPLACE TEMP TABLE new_change AS
SELECT day, team, channel, priority, type, sum(delta)::INTEGER AS delta
FROM ({steps}{and_old})
GROUP BY ALL HAVING sum(delta) <> 0;

-- :: store_days
INSERT INTO backlog_day SELECT * FROM new_change ORDER BY day, team, channel, priority, type;

-- :: merge_days
CREATE OR REPLACE TEMP TABLE new_cell AS
SELECT day, team, channel, priority, type, sum(delta)::INTEGER AS delta
FROM (
    SELECT * FROM new_change
    UNION ALL
    SELECT b.* FROM backlog_day b JOIN new_change n USING (day, team, channel, priority, type)
)
GROUP BY ALL HAVING sum(delta) <> 0;
DELETE FROM backlog_day b USING new_change n
WHERE b.day = n.day AND b.team = n.team AND b.channel = n.channel AND b.priority = n.priority AND b.type = n.type;
INSERT INTO backlog_day SELECT * FROM new_cell ORDER BY day, team, channel, priority, type;
