-- Visits between two points of a case (semantics 4.8, 12.8). Most cases tell theirs by the first and last instant of
-- the points: all starts lie before all stops, or behind them. For the others a pair is unsure, and walked.

-- The two sorts of small rows stand in tables: the engine takes the rows of a transaction for fewer than any VALUES,
-- and would build its hash on them.

-- :: small
CREATE OR REPLACE TEMP TABLE new_pair AS SELECT * FROM (VALUES {pairs}) p(pair_no, column_no, shift, name, walk_no, mark, by_dept);
CREATE OR REPLACE TEMP TABLE new_rule AS SELECT * FROM (VALUES {rules}) r(walk_no, is_start, place, marks);

-- :: unsure
CREATE OR REPLACE TEMP TABLE new_unsure AS
SELECT c.case_key, p.pair_no, p.name, p.walk_no, p.mark, p.by_dept
FROM (
    SELECT case_key, visits_a, visits_b FROM {new_case}
    WHERE {is_unsure}
) c
JOIN new_pair p ON (CASE p.column_no WHEN 0 THEN c.visits_a ELSE c.visits_b END >> p.shift) & 3 = 3;

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
    SELECT a.*, c.created_at, a.is_action AND a.occurred_at = c.action_at AS is_earliest
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
    JOIN {new_case} c ON c.case_key = a.case_key
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
SELECT case_key, created_at, 0, 0, 0, 0, NULL, {created_mark} + {type_set} FROM {new_case}
WHERE case_key IN (SELECT case_key FROM new_unsure)
UNION ALL
SELECT s.case_key, greatest(s.occurred_at, c.created_at), 0, 0, 0, 0, NULL, {resolved}
FROM new_status s JOIN {new_case} c ON c.case_key = s.case_key
WHERE s.is_turn AND s.is_closed AND s.case_key IN (SELECT case_key FROM new_unsure);

-- :: walked
-- Each start finds the first stop after it; starts with the same one are one visit. Where a visit ends in the very
-- instant of a start, the stops of that instant already passed tell it from the visit before.
CREATE OR REPLACE TEMP TABLE new_visit AS
WITH mark AS MATERIALIZED (
    SELECT u.case_key, u.walk_no, r.is_start, m.moment, coalesce(r.place, m.place) AS place, m.seq, m.stream, m.row_key,
           m.dept, m.marks & r.marks AS marks
    FROM new_moment m
    JOIN (SELECT DISTINCT case_key, walk_no FROM new_unsure) u ON u.case_key = m.case_key
    JOIN new_rule r ON r.walk_no = u.walk_no AND m.marks & r.marks > 0
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
),
visit AS (
    SELECT s.case_key, u.pair_no, u.name, CASE WHEN u.by_dept THEN s.dept END AS dept, min(s.moment) AS start_at,
           s.end_at, c.calendar_no
    FROM ended s
    JOIN new_unsure u ON u.case_key = s.case_key AND u.walk_no = s.walk_no AND u.mark & s.marks > 0
    JOIN {new_case} c ON c.case_key = s.case_key
    GROUP BY s.case_key, u.pair_no, u.name, CASE WHEN u.by_dept THEN s.dept END, s.end_at, c.calendar_no,
             CASE WHEN s.end_at = s.moment THEN s.passed ELSE 0 END
)
SELECT *, end_pos_us - start_pos_us AS biz_us FROM {placed_visits};

-- :: store_walked
INSERT INTO fact_revisit
SELECT v.case_key, v.name, v.dept, v.start_at, v.end_at, c.created_at, {c_dims}, v.biz_us, NULL
FROM {new_case} c JOIN new_visit v ON v.case_key = c.case_key
ORDER BY v.pair_no, v.start_at;

-- :: store_reached
-- Assignments long before creation open no visit, but reach their department.
INSERT INTO fact_revisit
SELECT c.case_key, 'reached', h.dept, NULL, NULL, c.created_at, {c_dims}, NULL,
       min(epoch_us(h.occurred_at)) - epoch_us(c.created_at)
FROM {new_case} c
JOIN new_handed h ON h.case_key = c.case_key
JOIN new_assigned a ON a.case_key = c.case_key
WHERE h.dept IS NOT NULL AND a.is_handed AND c.created_at IS NOT NULL
GROUP BY c.case_key, h.dept, c.created_at, {c_dims}
HAVING min(h.occurred_at) < c.created_at;
