-- Surveys: linked to their case, cleaned in the order of semantics 5.2; every rule stays visible.

-- :: count
SELECT count(*) FROM scope_survey;

-- :: scope
CREATE OR REPLACE TEMP TABLE scope_survey AS
WITH moved_survey AS (
    SELECT response_key FROM touched_survey
    UNION
    SELECT response_key FROM awaited_survey WHERE visible_at <= {watermark}
    UNION
    SELECT response_key FROM survey_response WHERE ticket_key IN (SELECT ticket_key FROM scope)
),
pair AS (
    SELECT coalesce(case_key, ticket_key) AS case_key, customer_key
    FROM fact_survey WHERE response_key IN (SELECT response_key FROM moved_survey)
    UNION
    SELECT coalesce(l.case_key, s.ticket_key), s.customer_key
    FROM survey_response s LEFT JOIN case_link l ON l.ticket_key = s.ticket_key
    WHERE s.response_key IN (SELECT response_key FROM moved_survey)
)
SELECT response_key FROM moved_survey
UNION
SELECT f.response_key
FROM fact_survey f
JOIN pair p ON p.case_key IS NOT DISTINCT FROM coalesce(f.case_key, f.ticket_key)
           AND p.customer_key IS NOT DISTINCT FROM f.customer_key
WHERE p.case_key IS NOT NULL OR p.customer_key IS NOT NULL;

-- :: forget
DELETE FROM fact_survey WHERE response_key IN (SELECT response_key FROM scope_survey);
DELETE FROM fact_offer WHERE offer_key IN (SELECT response_key FROM scope_survey);
DELETE FROM fact_answer WHERE response_key IN (SELECT response_key FROM scope_survey);
DELETE FROM awaited_survey WHERE response_key IN (SELECT response_key FROM scope_survey);

-- :: answers
CREATE OR REPLACE TEMP TABLE new_answer AS
SELECT response_key, dimension, is_in, CASE WHEN is_in THEN round(score * 1000)::INTEGER END AS score_milli,
       CASE WHEN is_in THEN round({five} + 4.0 * {five} * (score - low) / (high - low))::INTEGER END AS five_parts,
       4 * (score - low) <= high - low AS is_low, 4 * (score - low) >= 3 * (high - low) AS is_high
FROM (
    SELECT response_key, dimension, score, coalesce(scale_min, 1) AS low, coalesce(scale_max, 5) AS high,
           (scale_min IS NULL OR score >= scale_min) AND (scale_max IS NULL OR score <= scale_max) AS is_in
    FROM {survey_answer_rows}
    WHERE score IS NOT NULL
);

-- :: judged
CREATE OR REPLACE TEMP TABLE new_judged AS
SELECT response_key, count(CASE WHEN NOT is_in THEN 1 END)::INTEGER AS n_out,
       bool_and(CASE WHEN is_in THEN is_low END) AS is_all_low, bool_and(CASE WHEN is_in THEN is_high END) AS is_all_high
FROM new_answer GROUP BY response_key;

-- :: found
CREATE OR REPLACE TEMP TABLE new_survey AS
SELECT s.response_key, s.submitted_at, c.created_at, s.ticket_key, c.case_key, s.customer_key, {survey_dims},
       s.mode, s.rules, s.scale_min, s.scale_max,
       (coalesce(j.n_out, 0) + (NOT s.is_in)::INTEGER + (NOT s.is_nps)::INTEGER
        + (NOT s.is_effort)::INTEGER)::INTEGER AS n_out_of_range,
       CASE WHEN s.is_in THEN round(s.overall * 1000)::INTEGER END AS overall_milli,
       CASE WHEN s.is_nps THEN s.nps END AS nps,
       CASE WHEN s.is_effort THEN round(s.effort * 1000)::INTEGER END AS effort_milli, s.effort_min, s.effort_max,
       s.solved_first, s.resolved_confirmed, s.weight, s.offered_at, coalesce(s.customer_key, c.customer_key) AS invited,
       (s.offered_at IS NULL OR s.is_answered OR j.response_key IS NOT NULL)
           AND (s.submitted_at IS NULL OR s.submitted_at <= {watermark}) AS is_received,
       coalesce(s.seconds < 30, false) AS is_speeder,
       coalesce(s.is_in AND ((s.is_high AND j.is_all_low) OR (s.is_low AND j.is_all_high)), false) AS is_contradictory
FROM (
    SELECT *,
           overall IS NULL OR ((scale_min IS NULL OR overall >= scale_min)
                               AND (scale_max IS NULL OR overall <= scale_max)) AS is_in,
           nps IS NULL OR (nps >= 0 AND nps <= 10) AS is_nps,
           effort IS NULL OR ((effort_min IS NULL OR effort >= effort_min)
                              AND (effort_max IS NULL OR effort <= effort_max)) AS is_effort,
           submitted_at IS NOT NULL OR overall IS NOT NULL OR nps IS NOT NULL OR effort IS NOT NULL
               OR solved_first IS NOT NULL OR resolved_confirmed IS NOT NULL AS is_answered,
           4 * (overall - coalesce(scale_min, 1)) <= coalesce(scale_max, 5) - coalesce(scale_min, 1) AS is_low,
           4 * (overall - coalesce(scale_min, 1)) >= 3 * (coalesce(scale_max, 5) - coalesce(scale_min, 1)) AS is_high
    FROM {survey_response_rows}
) s
LEFT JOIN new_judged j ON j.response_key = s.response_key
LEFT JOIN case_link l ON l.ticket_key = s.ticket_key
LEFT JOIN (
    SELECT case_key, created_at, customer_key, {dims} FROM fact_case
    WHERE case_key IN (SELECT coalesce(h.case_key, r.ticket_key) FROM {survey_response_rows} r
                       LEFT JOIN case_link h ON h.ticket_key = r.ticket_key)
) c ON c.case_key = coalesce(l.case_key, s.ticket_key)
LEFT JOIN member m_team ON m_team.dimension = 'team' AND m_team.label = s.team
LEFT JOIN member m_agent ON m_agent.dimension = 'agent' AND m_agent.label = s.agent
WHERE NOT EXISTS (SELECT 1 FROM ticket t
                  WHERE t.ticket_key = s.ticket_key AND (t.is_spam OR t.is_test OR t.is_deleted));

-- :: cleaned
CREATE OR REPLACE TEMP TABLE new_cleaned AS
WITH rested AS (
    SELECT *, CASE WHEN is_speeder AND {speeder_on} THEN 'speeder'
                   WHEN is_contradictory AND {contradictory_on} THEN 'contradictory' END AS rule
    FROM new_survey WHERE is_received
),
latest AS (
    SELECT response_key,
           row_number() OVER (PARTITION BY coalesce(case_key, ticket_key), customer_key
                              ORDER BY submitted_at DESC NULLS LAST, response_key DESC) AS age
    FROM rested
    WHERE rule IS NULL AND {duplicate_on} AND (ticket_key IS NOT NULL OR customer_key IS NOT NULL)
)
SELECT r.*, local_day(r.submitted_at) AS submitted_day,
       coalesce(r.rule, CASE WHEN l.age > 1 THEN 'duplicate' END) AS dropped_by
FROM rested r LEFT JOIN latest l ON l.response_key = r.response_key;

-- :: store
INSERT INTO fact_survey
SELECT c.response_key, c.submitted_at, c.submitted_day, c.created_at, c.ticket_key, c.case_key, c.customer_key, {c_dims},
       c.mode, c.dropped_by, c.n_out_of_range, c.overall_milli, c.scale_min, c.scale_max,
       c.nps, c.effort_milli, c.solved_first, c.resolved_confirmed, c.weight, c.effort_min, c.effort_max
FROM new_cleaned c
ORDER BY c.submitted_at, c.response_key;

-- :: store_offers
INSERT INTO fact_offer
SELECT c.response_key, c.offered_at, local_day(c.offered_at), c.created_at, c.case_key, c.invited, {c_dims}, c.mode
FROM new_survey c
WHERE c.offered_at <= {watermark}
ORDER BY c.offered_at, c.response_key;

-- :: store_answers
INSERT INTO fact_answer
SELECT c.response_key, c.submitted_at, c.submitted_day, {c_dims}, a.dimension, a.score_milli, c.weight, a.five_parts
FROM new_cleaned c JOIN new_answer a ON a.response_key = c.response_key
WHERE c.dropped_by IS NULL AND a.is_in
ORDER BY c.submitted_at, c.response_key, a.dimension;

-- :: await
INSERT INTO awaited_survey
SELECT response_key, submitted_at FROM {survey_response_rows} WHERE submitted_at > {watermark}
UNION ALL
SELECT response_key, offered_at FROM {survey_response_rows} WHERE offered_at > {watermark};
