-- Members: labels of the dimensions, numbered at first sight and never given up (semantics 1.11).

-- :: actors
SELECT DISTINCT m.author AS actor FROM {message_rows} m
WHERE {writing} AND m.author IS NOT NULL AND m.occurred_at <= {watermark}
UNION ALL
SELECT DISTINCT e.actor FROM {ticket_event_rows} e LEFT JOIN case_link l ON l.ticket_key = e.ticket_key
WHERE {acting} AND e.actor IS NOT NULL AND e.occurred_at <= {watermark}

-- :: number
INSERT INTO member
SELECT n.dimension, h.last_id + row_number() OVER (PARTITION BY n.dimension ORDER BY n.label), n.label
FROM (SELECT DISTINCT dimension, label FROM ({labels}) WHERE label IS NOT NULL) n
JOIN (SELECT dimension, max(member_id) AS last_id FROM member GROUP BY dimension) h ON h.dimension = n.dimension
ANTI JOIN member m ON m.dimension = n.dimension AND m.label = n.label;

-- :: known
SELECT DISTINCT dimension FROM member WHERE member_id > 0;

-- :: agents
-- A copy: the engine takes the other tables of a transaction for smaller, and would build its hash on them.
CREATE OR REPLACE TEMP TABLE new_agent AS SELECT label, member_id FROM member WHERE dimension = 'agent';
