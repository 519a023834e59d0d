-- Complaints with their tags, how often they came again, and who of the staff acted on them when first
-- (semantics 4.16, 12.8).

-- :: found
CREATE OR REPLACE TEMP TABLE new_complaint AS
SELECT case_key, source_no, created_at, {dims} FROM {new_case}
WHERE type IN (SELECT member_id FROM member WHERE dimension = 'type' AND label = 'complaint');

-- :: linkable
(
    SELECT * FROM {linkable}
    WHERE case_key IN (SELECT case_key FROM new_complaint UNION ALL SELECT case_key FROM fact_complaint)
)

-- :: move
UPDATE fact_complaint SET n_complaints = n.n_complaints
FROM (SELECT case_key, CASE WHEN chain_position = 1 THEN n_cases END AS n_complaints FROM new_complaints) n
WHERE fact_complaint.case_key = n.case_key AND fact_complaint.n_complaints IS DISTINCT FROM n.n_complaints;

-- :: store
INSERT INTO fact_complaint
SELECT c.case_key, c.created_at, local_day(c.created_at), {c_dims}, t.tags,
       CASE WHEN n.chain_position = 1 THEN n.n_cases END
FROM new_complaint c
JOIN {ticket_rows} t ON t.ticket_key = c.case_key
LEFT JOIN new_complaints n ON n.case_key = c.case_key
ORDER BY c.created_at, c.case_key;

-- :: tickets
-- Merged tickets with the case they speak for; a case speaks for itself without a case_key here.
CREATE OR REPLACE TEMP TABLE new_told AS
SELECT case_key AS ticket_key, NULL::BIGINT AS case_key, case_key AS of_case, source_no, created_at FROM new_complaint
UNION ALL
SELECT l.ticket_key, l.case_key, l.case_key, c.source_no, c.created_at
FROM case_link l JOIN new_complaint c ON c.case_key = l.case_key;

-- :: store_acts
INSERT INTO fact_act
SELECT of_case, source_no, actor, min(acted_us)
FROM (
    SELECT l.of_case, l.source_no, e.actor, epoch_us(e.occurred_at) - epoch_us(l.created_at) AS acted_us
    FROM {ticket_event_rows} e JOIN new_told l ON l.ticket_key = e.ticket_key
    WHERE {acting} AND e.actor IS NOT NULL AND e.occurred_at <= {watermark}
    UNION ALL
    SELECT l.of_case, l.source_no, m.author, epoch_us(m.occurred_at) - epoch_us(l.created_at)
    FROM {message_rows} m JOIN new_told l ON l.ticket_key = m.ticket_key
    WHERE {writing} AND m.author IS NOT NULL AND m.occurred_at <= {watermark}
)
WHERE acted_us >= -60000000
GROUP BY of_case, source_no, actor
ORDER BY of_case, actor;
