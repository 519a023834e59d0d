-- Open intervals, and the backlog per local day as changes (semantics 4.7).

-- :: open
CREATE OR REPLACE TEMP TABLE new_span AS
SELECT c.case_key, c.created_at, o.opened_at, o.closed_at, c.calendar_no, c.created_pos_us, {c_dims}
FROM (
    SELECT case_key, created_at AS opened_at, greatest(created_at, first_resolved_at) AS closed_at
    FROM new_case WHERE created_at IS NOT NULL AND first_resolved_at IS NOT NULL
    UNION ALL
    SELECT case_key, created_at, NULL FROM new_case WHERE created_at IS NOT NULL AND first_resolved_at IS NULL
    UNION ALL
    SELECT case_key, occurred_at, next_at
    FROM (
        SELECT s.case_key, s.occurred_at, s.is_reopen,
               lead(s.occurred_at) OVER (PARTITION BY s.case_key ORDER BY s.step) AS next_at
        FROM new_turn s JOIN new_case c ON c.case_key = s.case_key WHERE c.n_reopens > 0
    )
    WHERE is_reopen
) o
JOIN new_case c ON c.case_key = o.case_key
WHERE o.closed_at IS NULL OR o.opened_at < o.closed_at;

-- :: steps
SELECT local_day(opened_at) AS day, team, channel, priority, type, {plus} AS delta FROM {spans}
UNION ALL
SELECT local_day(closed_at), team, channel, priority, type, -({plus}) FROM {spans} WHERE closed_at IS NOT NULL

-- :: remember
CREATE OR REPLACE TEMP TABLE old_change AS {steps};

-- :: changes
CREATE OR REPLACE TEMP TABLE new_change AS
SELECT day, team, channel, priority, type, sum(delta)::INTEGER AS delta
FROM ({steps}{and_old})
GROUP BY ALL HAVING sum(delta) <> 0;

-- :: store
INSERT INTO fact_span SELECT * FROM new_span ORDER BY opened_at, case_key;

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
