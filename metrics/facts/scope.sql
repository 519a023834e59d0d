-- What a refresh must recompute, and what waits for a later watermark.

-- :: due
SELECT (SELECT count(*) FROM touched_ticket) + (SELECT count(*) FROM touched_survey)
       + (SELECT count(*) FROM awaited WHERE visible_at <= {watermark})
       + (SELECT count(*) FROM awaited_survey WHERE visible_at <= {watermark});

-- :: gather
CREATE OR REPLACE TEMP TABLE scoped_{table} AS SELECT {columns} FROM {table} WHERE {key} IN (SELECT {key} FROM {keys});

-- :: gather_more
INSERT INTO scoped_{table} SELECT {columns} FROM {table} WHERE {key} IN (SELECT {key} FROM {keys});

-- :: held
SELECT e.assigns, e.priorities, e.followups, m.articles, e.acts + m.acts, t.customers, t.complaints, t.given, s.surveys,
       t.later + e.later + m.later,
       (SELECT count(*) FROM fact_case WHERE case_key {old}), (SELECT count(*) FROM fact_complaint WHERE case_key {old})
FROM (
    SELECT count(CASE WHEN kind = 'assign' THEN 1 END) AS assigns, count(CASE WHEN kind = 'priority' THEN 1 END) AS priorities,
           count(CASE WHEN kind = 'followup' THEN 1 END) AS followups, count(actor) AS acts,
           count(CASE WHEN occurred_at > {watermark} THEN 1 END) AS later
    FROM {ticket_event_rows}
) e, (
    SELECT count(article_id) AS articles, count(author) AS acts,
           count(CASE WHEN occurred_at > {watermark} THEN 1 END) AS later
    FROM {message_rows}
) m, (
    SELECT count(customer_key) AS customers, count(CASE WHEN type = 'complaint' THEN 1 END) AS complaints,
           count(given_resolution_s) AS given, count(CASE WHEN created_at > {watermark} THEN 1 END) AS later
    FROM {ticket_rows}
) t, (SELECT count(*) AS surveys FROM {survey_response_rows}) s;

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
