-- Defects that the facts find: future rows, and stops before their start (semantics 2.7).

-- :: store
INSERT INTO fact_defect
SELECT t.ticket_key, 'future_ticket', 'created_at' FROM {ticket_rows} t
WHERE t.created_at > {watermark}
  AND t.is_spam IS NOT TRUE AND t.is_test IS NOT TRUE AND t.is_deleted IS NOT TRUE
UNION ALL
SELECT t.ticket_key, 'future_event', l.field
FROM (
    SELECT e.ticket_key, e.kind AS field FROM {ticket_event_rows} e
    WHERE e.occurred_at > {watermark}
      AND NOT (e.kind = 'status' AND e.ticket_key IN (SELECT ticket_key FROM case_link))
    UNION ALL
    SELECT m.ticket_key, 'message' FROM {message_rows} m WHERE m.occurred_at > {watermark}
) l
JOIN {ticket_rows} t ON t.ticket_key = l.ticket_key
WHERE {population}
UNION ALL
SELECT case_key, CASE WHEN reason = 'ok' THEN 'clock_skew_clamped' ELSE 'negative_duration' END, 'first_reply'
FROM {new_case}
WHERE reason = 'negative_duration' OR (reason = 'ok' AND reply_at < start_at)
UNION ALL
SELECT case_key, CASE WHEN epoch_us(first_resolved_at) - epoch_us(created_at) < -60000000
                      THEN 'negative_duration' ELSE 'clock_skew_clamped' END, 'resolution'
FROM {new_case}
WHERE first_resolved_at < created_at;
