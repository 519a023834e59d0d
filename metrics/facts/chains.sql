-- Issue chains: cases of one customer and category that follow each other closely (semantics 4.14).

-- :: own
SELECT case_key, customer_key, category, created_at, is_closed, last_resolved_at
FROM new_brief WHERE customer_key IS NOT NULL AND created_at IS NOT NULL

-- :: remember
CREATE OR REPLACE TEMP TABLE old_group AS
SELECT DISTINCT customer_key, category FROM fact_case
WHERE case_key IN (SELECT ticket_key FROM scope) AND customer_key IS NOT NULL AND created_at IS NOT NULL;

-- :: count
SELECT count(*) FROM old_group;

-- :: none
CREATE OR REPLACE TEMP TABLE new_chain (case_key BIGINT, chain_key BIGINT, chain_position INTEGER, n_cases INTEGER);
CREATE OR REPLACE TEMP TABLE new_linkable (
    case_key BIGINT, customer_key BIGINT, category INTEGER, created_at TIMESTAMPTZ, is_closed BOOLEAN,
    last_resolved_at TIMESTAMPTZ
);

-- :: neighbours
CREATE OR REPLACE TEMP TABLE new_linkable AS
{own}
UNION ALL
SELECT f.case_key, f.customer_key, f.category, f.created_at, f.is_closed, f.last_resolved_at
FROM fact_case f
JOIN (
    SELECT * FROM old_group
    UNION
    SELECT customer_key, category FROM new_brief WHERE customer_key IS NOT NULL AND created_at IS NOT NULL
) g ON g.customer_key = f.customer_key AND g.category = f.category
WHERE f.created_at IS NOT NULL;

-- :: chains
CREATE OR REPLACE TEMP TABLE {chain} AS
SELECT case_key, first_value(case_key) OVER chain AS chain_key, (row_number() OVER chain)::INTEGER AS chain_position,
       (count(*) OVER (PARTITION BY customer_key, category, chain_no ORDER BY created_at, case_key
                       ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))::INTEGER AS n_cases
FROM (
    SELECT case_key, customer_key, category, created_at,
           sum(CASE WHEN is_joined THEN 0 ELSE 1 END)
               OVER (PARTITION BY customer_key, category ORDER BY created_at, case_key
                     ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS chain_no
    FROM (
        SELECT case_key, customer_key, category, created_at,
               coalesce(lag(CASE WHEN is_closed THEN epoch_us(last_resolved_at) + {repeat_us}
                                 ELSE 9223372036854775807 END) OVER issue >= epoch_us(created_at), false) AS is_joined
        FROM {linkable}
        WINDOW issue AS (PARTITION BY customer_key, category ORDER BY created_at, case_key)
    )
)
WINDOW chain AS (PARTITION BY customer_key, category, chain_no ORDER BY created_at, case_key);

-- :: move
DELETE FROM fact_issue
WHERE chain_key IN (SELECT case_key FROM new_linkable UNION ALL SELECT ticket_key FROM scope);
UPDATE fact_case SET chain_key = n.chain_key, chain_position = n.chain_position, chain_cases = n.n_cases
FROM new_chain n
WHERE fact_case.case_key = n.case_key
  AND (fact_case.chain_key IS DISTINCT FROM n.chain_key OR fact_case.chain_position IS DISTINCT FROM n.chain_position
       OR fact_case.chain_cases IS DISTINCT FROM n.n_cases);

-- :: store
INSERT INTO fact_issue
SELECT n.chain_key, c.case_key, c.first_resolved_at, local_day(c.first_resolved_at), c.created_at, {c_dims},
       n.n_cases,
       n.n_cases = 1 AND (c.first_reopened_at IS NULL
                          OR epoch_us(c.first_reopened_at) > epoch_us(c.first_resolved_at) + {repeat_us}),
       make_timestamptz(epoch_us(c.first_resolved_at) + {repeat_us}), c.customer_key
FROM fact_case c JOIN new_chain n ON n.case_key = c.case_key
WHERE n.chain_position = 1 AND c.first_resolved_at IS NOT NULL
ORDER BY c.first_resolved_at, c.case_key;
