-- Which cases were answered or worked on with a linked knowledge article (semantics 4.19, 12.11).

-- :: store
INSERT INTO fact_linked
SELECT c.case_key, x.is_public, x.is_note
FROM {new_case} c
JOIN (
    SELECT coalesce(l.case_key, m.ticket_key) AS case_key,
           bool_or(m.is_public IS NOT FALSE) AS is_public, bool_or(m.is_public IS FALSE) AS is_note
    FROM {message_rows} m LEFT JOIN case_link l ON l.ticket_key = m.ticket_key
    WHERE m.article_id IS NOT NULL AND {writing} AND m.occurred_at <= {watermark}
    GROUP BY coalesce(l.case_key, m.ticket_key)
) x ON x.case_key = c.case_key
WHERE c.created_at IS NOT NULL
ORDER BY c.case_key;
