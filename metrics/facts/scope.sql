-- What a refresh must recompute, and what waits for a later watermark.

-- :: due
SELECT (SELECT count(*) FROM touched_ticket) + (SELECT count(*) FROM touched_survey)
       + (SELECT count(*) FROM awaited WHERE visible_at <= {watermark})
       + (SELECT count(*) FROM awaited_survey WHERE visible_at <= {watermark});

-- :: gather
CREATE OR REPLACE TEMP TABLE scoped_{table} AS SELECT {columns} FROM {table} WHERE {key} IN (SELECT {key} FROM {keys});

-- :: gather_more
INSERT INTO scoped_{table} SELECT {columns} FROM {table} WHERE {key} IN (SELECT {key} FROM {keys});

-- :: forget
DELETE FROM {table} WHERE {key} IN (SELECT ticket_key FROM scope);

-- :: await
INSERT INTO awaited
SELECT ticket_key, min(visible_at)
FROM (
    SELECT ticket_key, created_at AS visible_at FROM {ticket_rows} WHERE created_at > {watermark}
    UNION ALL
    SELECT ticket_key, occurred_at FROM {ticket_event_rows} WHERE occurred_at > {watermark}
    UNION ALL
    SELECT ticket_key, occurred_at FROM {message_rows} WHERE occurred_at > {watermark}
)
GROUP BY ticket_key
ORDER BY ticket_key;
