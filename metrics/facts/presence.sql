-- In which local hours an agent acted on which case: what an active agent-hour is (semantics 4.18, decision 18).

-- :: hours
CREATE OR REPLACE TEMP TABLE new_hour AS
SELECT DISTINCT coalesce(l.case_key, a.ticket_key) AS case_key, a.actor, a.hour_us
FROM (
    SELECT m.ticket_key, m.author AS actor, {message_hour} AS hour_us
    FROM {message_rows} m
    WHERE {writing} AND m.author IS NOT NULL AND m.occurred_at <= {watermark}
    UNION ALL
    SELECT e.ticket_key, e.actor, {event_hour}
    FROM {ticket_event_rows} e LEFT JOIN case_link l ON l.ticket_key = e.ticket_key
    WHERE {acting} AND e.actor IS NOT NULL AND e.occurred_at <= {watermark}
) a LEFT JOIN case_link l ON l.ticket_key = a.ticket_key;

-- :: store
INSERT INTO fact_agent_hour
SELECT c.case_key, make_timestamptz(n.hour_us), c.team, coalesce(a.member_id, 0), c.channel
FROM {new_case} c
JOIN new_hour n ON n.case_key = c.case_key
LEFT JOIN new_agent a ON a.label = n.actor
WHERE c.created_at IS NOT NULL
ORDER BY n.hour_us, c.case_key, a.member_id;
