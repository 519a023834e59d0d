-- Visits between two points of a case (semantics 4.8, 12.8). Most cases tell theirs by the first and last instant of
-- the points: all starts lie before all stops, or behind them. For the others a pair is unsure, and walked.

-- :: table
TABLE {if_not_exists} fact_visit (              -- dated cases, sorted by created_at; at most one visit of each pair
    case_key BIGINT, created_at TIMESTAMPTZ, {dim_columns},
    dept VARCHAR, reached_us BIGINT,            -- the only department there was, from creation to its first assignment
    walked BIGINT,                              -- bits of the pairs whose visits are in fact_revisit
    {columns}                                   -- per pair: in, out (NULL = still open), business time between them
)

-- :: surveyed
CREATE OR REPLACE TEMP TABLE new_surveyed AS
SELECT coalesce(l.case_key, s.ticket_key) AS case_key, min(s.submitted_at) AS surveyed_at,
       max(s.submitted_at) AS last_surveyed_at
FROM {survey_response_rows} s LEFT JOIN case_link l ON l.ticket_key = s.ticket_key
WHERE s.submitted_at <= {watermark} AND s.ticket_key IS NOT NULL
GROUP BY coalesce(l.case_key, s.ticket_key);

-- :: blank
-- The rows of a refresh are few: read again from here, not out of all there are.
CREATE OR REPLACE TEMP TABLE new_visited AS SELECT * FROM fact_visit LIMIT 0;

-- :: store
-- An instant before creation makes all of a case unsure.
INSERT INTO {visited}
SELECT case_key, created_at, {dims}, CASE WHEN NOT is_handed THEN dept END,
       CASE WHEN NOT is_handed THEN epoch_us(dept_at) - epoch_us(created_at) END, {walked}, {columns}
FROM (
    SELECT n.*, {places},
           coalesce(least(n.reply_at, n.acknowledged_at, n.action_at, n.called_at, n.closed_at, n.assigned_at,
                          n.surveyed_at, n.first_resolved_at) < n.created_at, false) AS is_odd
    FROM (
        SELECT c.case_key, c.created_at, {c_dims}, c.calendar_no, c.created_pos_us, c.reply_at, c.reply_pos_us,
               c.first_resolved_at, c.first_resolved_pos_us, c.last_resolved_at, c.assigned_pos_us,
               t.last_reply_at, t.action_at, t.acknowledged_at, t.called_at, t.last_called_at, t.closed_at,
               a.assigned_at, a.last_assigned_at, a.dept, a.dept_at, coalesce(a.is_handed, false) AS is_handed,
               v.surveyed_at, v.last_surveyed_at
        -- Undated cases find nothing. A filter would make the engine take the cases for few, and loop them.
        FROM (SELECT *, CASE WHEN created_at IS NOT NULL THEN case_key END AS dated_key FROM new_case) c
        LEFT JOIN new_touch t ON t.case_key = c.dated_key
        LEFT JOIN new_assigned a ON a.case_key = c.dated_key
        LEFT JOIN new_surveyed v ON v.case_key = c.dated_key
    ) n
    {place_joins}
);

-- :: unsure
CREATE OR REPLACE TEMP TABLE new_unsure AS
SELECT v.case_key, p.pair_no, p.name, p.walk_no, p.mark, p.by_dept
FROM {visited} v JOIN (VALUES {pairs}) p(pair_no, name, walk_no, mark, by_dept) ON v.walked & (1::BIGINT << p.pair_no) <> 0
WHERE v.walked <> 0;

-- :: keep
INSERT INTO fact_visit SELECT * FROM new_visited;

-- :: moments
-- All that is a point in the unsure cases. The first of a sort is told from all, then those before creation go (2.7).
CREATE OR REPLACE TEMP TABLE new_moment AS
WITH event AS MATERIALIZED (
    SELECT coalesce(l.case_key, e.ticket_key) AS case_key, e.*, l.case_key IS NULL AS is_own,
           coalesce({acting}, false) AS is_action
    FROM {ticket_event_rows} e LEFT JOIN case_link l ON l.ticket_key = e.ticket_key
    WHERE e.kind IN ('status', 'assign', 'priority', 'followup') AND e.occurred_at <= {watermark}
      AND coalesce(l.case_key, e.ticket_key) IN (SELECT case_key FROM new_unsure)
),
act AS MATERIALIZED (
    SELECT a.*, c.created_at, a.is_action AND a.occurred_at = t.action_at AS is_earliest
    FROM (
        SELECT e.case_key, e.occurred_at, 1::TINYINT AS place, e.seq, e.stream, e.event_key AS row_key, e.dept,
               e.is_action,
               CASE WHEN e.kind = 'followup' THEN {followup}
                    WHEN e.kind = 'status' AND e.new = 'closed' AND e.is_own THEN {closed_mark}
                    WHEN e.kind = 'assign'
                    THEN {assign} + CASE WHEN coalesce(h.nth, 1) = 1 THEN {first_assign} ELSE 0 END
                         + CASE WHEN h.dept <> h.before THEN {transfer} ELSE 0 END
                         + CASE WHEN e.dept IS NULL THEN 0 WHEN h.dept <> h.home THEN {department} + {away}
                                ELSE {department} + {back} END
                    ELSE 0 END AS marks
        FROM event e LEFT JOIN new_handed h ON h.event_key = e.event_key
        UNION ALL
        SELECT coalesce(l.case_key, m.ticket_key), m.occurred_at, 2, m.seq, m.stream, m.message_key, NULL,
               coalesce({writing}, false),
               CASE WHEN m.is_public IS FALSE THEN 0 WHEN m.is_auto IS TRUE THEN {acknowledgement}
                    WHEN m.author_kind = 'agent' THEN {reply} ELSE 0 END
        FROM {message_rows} m LEFT JOIN case_link l ON l.ticket_key = m.ticket_key
        WHERE (m.author_kind = 'agent' OR m.is_auto IS TRUE) AND m.occurred_at <= {watermark}
          AND coalesce(l.case_key, m.ticket_key) IN (SELECT case_key FROM new_unsure)
        UNION ALL
        SELECT coalesce(l.case_key, s.ticket_key), s.submitted_at, 0, 0, 0, 0, NULL, false, {survey}
        FROM {survey_response_rows} s LEFT JOIN case_link l ON l.ticket_key = s.ticket_key
        WHERE s.submitted_at <= {watermark}
          AND coalesce(l.case_key, s.ticket_key) IN (SELECT case_key FROM new_unsure)
    ) a
    JOIN new_case c ON c.case_key = a.case_key
    LEFT JOIN new_touch t ON t.case_key = a.case_key
)
SELECT case_key, CASE WHEN occurred_at < created_at THEN created_at ELSE occurred_at END AS moment,
       place, seq, stream, row_key, dept, marks
FROM (
    SELECT * REPLACE (marks + {agent_action} + CASE WHEN row_number() OVER (
                          PARTITION BY case_key ORDER BY place, seq, stream, row_key) = 1
                      THEN {first_agent_action} ELSE 0 END AS marks)
    FROM act WHERE is_earliest
    UNION ALL
    SELECT * REPLACE (marks + CASE WHEN is_action THEN {agent_action} ELSE 0 END AS marks)
    FROM act WHERE is_earliest IS NOT TRUE
)
WHERE marks <> 0 AND epoch_us(occurred_at) - epoch_us(created_at) >= -60000000
UNION ALL
SELECT case_key, created_at, 0, 0, 0, 0, NULL, {created_mark} + {type_set} FROM new_case
WHERE case_key IN (SELECT case_key FROM new_unsure)
UNION ALL
SELECT s.case_key, greatest(s.occurred_at, c.created_at), 0, 0, 0, 0, NULL, {resolved}
FROM new_status s JOIN new_case c ON c.case_key = s.case_key
WHERE s.is_turn AND s.is_closed AND s.case_key IN (SELECT case_key FROM new_unsure);

-- :: walked
-- Each start finds the first stop after it; starts with the same one are one visit. Where a visit ends in the very
-- instant of a start, the stops of that instant already passed tell it from the visit before.
CREATE OR REPLACE TEMP TABLE new_visit AS
WITH mark AS MATERIALIZED (
    SELECT u.case_key, u.walk_no, r.is_start, m.moment, coalesce(r.place, m.place) AS place, m.seq, m.stream, m.row_key,
           m.dept, m.marks & r.marks AS marks
    FROM (SELECT DISTINCT case_key, walk_no FROM new_unsure) u
    JOIN new_moment m ON m.case_key = u.case_key
    JOIN (VALUES {rules}) r(walk_no, is_start, place, marks) ON r.walk_no = u.walk_no AND m.marks & r.marks > 0
),
ended AS (
    SELECT case_key, walk_no, moment, dept, marks, min(CASE WHEN is_after THEN stop_at END) AS end_at,
           count(CASE WHEN NOT is_after AND stop_at = moment THEN 1 END) AS passed
    FROM (
        SELECT s.*, e.moment AS stop_at,
               CASE WHEN e.moment <> s.moment THEN e.moment > s.moment
                    ELSE ROW(e.place, e.seq, e.stream, e.row_key) > ROW(s.place, s.seq, s.stream, s.row_key)
               END AS is_after
        FROM mark s LEFT JOIN (SELECT * FROM mark WHERE NOT is_start) e
        ON e.case_key = s.case_key AND e.walk_no = s.walk_no
        WHERE s.is_start
    )
    GROUP BY case_key, walk_no, moment, dept, marks, place, seq, stream, row_key
)
SELECT p.*, {p_end_pos} - {p_start_pos} AS biz_us
FROM (
    SELECT s.case_key, u.pair_no, u.name, CASE WHEN u.by_dept THEN s.dept END AS dept, min(s.moment) AS start_at,
           s.end_at, c.calendar_no
    FROM ended s
    JOIN new_unsure u ON u.case_key = s.case_key AND u.walk_no = s.walk_no AND u.mark & s.marks > 0
    JOIN new_case c ON c.case_key = s.case_key
    GROUP BY s.case_key, u.pair_no, u.name, CASE WHEN u.by_dept THEN s.dept END, s.end_at, c.calendar_no,
             CASE WHEN s.end_at = s.moment THEN s.passed ELSE 0 END
) p
{p_start_join}
{p_end_join};

-- :: store_walked
INSERT INTO fact_revisit
SELECT v.case_key, v.name, v.dept, v.start_at, v.end_at, c.created_at, {c_dims}, v.biz_us, NULL
FROM new_visit v JOIN new_case c ON c.case_key = v.case_key
ORDER BY v.pair_no, v.start_at;

-- :: store_reached
-- Assignments long before creation open no visit, but reach their department.
INSERT INTO fact_revisit
SELECT c.case_key, 'reached', h.dept, NULL, NULL, c.created_at, {c_dims}, NULL,
       min(epoch_us(h.occurred_at)) - epoch_us(c.created_at)
FROM new_handed h
JOIN new_case c ON c.case_key = h.case_key
JOIN new_assigned a ON a.case_key = h.case_key
WHERE h.dept IS NOT NULL AND a.is_handed AND c.created_at IS NOT NULL
GROUP BY c.case_key, h.dept, c.created_at, {c_dims}
HAVING min(h.occurred_at) < c.created_at;
