-- Merges: visible edges, and the survivor of every secondary (semantics 2.6).

-- :: edges
CREATE OR REPLACE TEMP TABLE new_edge AS
SELECT ticket_key, into_key
FROM (
    SELECT ticket_key, TRY_CAST(new AS BIGINT) AS into_key,
           row_number() OVER (PARTITION BY ticket_key
                              ORDER BY occurred_at DESC, seq DESC, stream DESC, event_key DESC) AS age
    FROM {ticket_event_rows}
    WHERE kind = 'merge' AND occurred_at <= {watermark}
)
WHERE age = 1 AND into_key <> ticket_key
UNION ALL
SELECT ticket_key, merged_into FROM {ticket_rows}
WHERE merged_into <> ticket_key
  AND ticket_key NOT IN (SELECT ticket_key FROM {ticket_event_rows} WHERE kind = 'merge');

-- :: count
SELECT (SELECT count(*) FROM new_edge) + (SELECT count(*) FROM merge_edge);

-- :: reach
CREATE OR REPLACE TEMP TABLE {table} AS
WITH RECURSIVE pair AS (
    SELECT ticket_key AS a, into_key AS b FROM merge_edge
    UNION ALL
    SELECT into_key, ticket_key FROM merge_edge
),
reach AS (
    {start}
    UNION
    SELECT p.b FROM reach r JOIN pair p ON p.a = r.ticket_key
)
SELECT ticket_key FROM reach;

-- :: moved
SELECT ticket_key FROM touched_ticket
UNION
SELECT ticket_key FROM awaited WHERE visible_at <= {watermark}
UNION
SELECT ticket_key FROM survey_response WHERE response_key IN {moved_surveys} AND ticket_key IS NOT NULL
UNION
SELECT ticket_key FROM fact_survey WHERE response_key IN {moved_surveys} AND ticket_key IS NOT NULL

-- :: newly_tied
SELECT into_key AS ticket_key FROM new_edge WHERE into_key NOT IN (SELECT ticket_key FROM scope)

-- :: replace_edges
DELETE FROM merge_edge WHERE ticket_key IN (SELECT ticket_key FROM scope);
INSERT INTO merge_edge SELECT * FROM new_edge;
INSERT INTO scope SELECT ticket_key FROM tied;
DELETE FROM case_link WHERE ticket_key IN (SELECT ticket_key FROM scope);

-- :: store_edges
INSERT INTO merge_edge SELECT * FROM new_edge ORDER BY ticket_key;

-- :: valid_edges
WITH alive AS (
    SELECT t.ticket_key FROM {ticket_rows} t
    WHERE {population}
      AND t.ticket_key IN (SELECT ticket_key FROM merge_edge UNION ALL SELECT into_key FROM merge_edge)
)
SELECT e.ticket_key, e.into_key
FROM merge_edge e JOIN alive a ON a.ticket_key = e.ticket_key JOIN alive b ON b.ticket_key = e.into_key;
