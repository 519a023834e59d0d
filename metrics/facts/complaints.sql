-- Complaints with their tags, and who of the staff acted on them when first (semantics 12.8).

-- :: found
CREATE OR REPLACE TEMP TABLE new_complaint AS
SELECT case_key, source_no, created_at FROM new_case
WHERE type IN (SELECT member_id FROM member WHERE dimension = 'type' AND label = 'complaint');

-- :: store
INSERT INTO fact_complaint
SELECT c.case_key, c.created_at, local_day(c.created_at), {c_dims}, t.tags
FROM new_case c JOIN {ticket_rows} t ON t.ticket_key = c.case_key
WHERE c.case_key IN (SELECT case_key FROM new_complaint)
ORDER BY c.created_at, c.case_key;

-- :: store_acts
INSERT INTO fact_act
SELECT c.case_key, c.source_no, a.actor, min(epoch_us(a.occurred_at)) - epoch_us(c.created_at)
FROM (
    SELECT coalesce(l.case_key, e.ticket_key) AS case_key, e.occurred_at, e.actor
    FROM {ticket_event_rows} e LEFT JOIN case_link l ON l.ticket_key = e.ticket_key
    WHERE {acting} AND e.occurred_at <= {watermark}
    UNION ALL
    SELECT coalesce(l.case_key, m.ticket_key), m.occurred_at, m.author
    FROM {message_rows} m LEFT JOIN case_link l ON l.ticket_key = m.ticket_key
    WHERE {writing} AND m.occurred_at <= {watermark}
) a
JOIN new_complaint c ON c.case_key = a.case_key
WHERE a.actor IS NOT NULL AND epoch_us(a.occurred_at) - epoch_us(c.created_at) >= -60000000
GROUP BY c.case_key, c.source_no, a.actor, c.created_at
ORDER BY c.created_at, c.case_key, a.actor;
