-- Resolutions: last and first, gross and net of pauses, on both clocks; resolve and reopen events (semantics 4.4).

-- :: pauses
CREATE OR REPLACE TEMP TABLE new_pause AS
SELECT s.case_key, s.step, greatest(s.occurred_at, r.created_at) AS start_at,
       CASE WHEN s.next_at IS NOT NULL THEN greatest(s.next_at, r.created_at) END AS end_at,
       s.occurred_at < r.first_resolved_at AS is_before_first, r.calendar_no
FROM new_status s JOIN new_case r ON r.case_key = s.case_key
WHERE s.is_pause AND r.created_at IS NOT NULL;

-- :: paused
CREATE OR REPLACE TEMP TABLE new_paused AS
SELECT case_key,
       sum(cal_us)::BIGINT AS paused_us, sum(biz_us)::BIGINT AS paused_biz_us,
       coalesce(sum(CASE WHEN is_before_first THEN cal_us END), 0)::BIGINT AS first_paused_us,
       coalesce(sum(CASE WHEN is_before_first THEN biz_us END), 0)::BIGINT AS first_paused_biz_us
FROM (
    SELECT p.case_key, p.is_before_first, epoch_us(p.end_at) - epoch_us(p.start_at) AS cal_us,
           {p_end_pos} - {p_start_pos} AS biz_us
    FROM new_pause p
    {p_start_join}
    {p_end_join}
    WHERE p.end_at IS NOT NULL
)
GROUP BY case_key;

-- :: store_last
INSERT INTO fact_resolution
SELECT case_key, resolved_at, local_day(resolved_at), created_at, {dims},
       greatest(diff, 0), greatest(biz, biz * 0),
       greatest(greatest(diff, 0) - paused_us, 0), greatest(greatest(biz, 0) - paused_biz_us, biz * 0)
FROM (
    SELECT c.*, c.last_resolved_at AS resolved_at,
           epoch_us(c.last_resolved_at) - epoch_us(c.created_at) AS diff,
           c.last_resolved_pos_us - c.created_pos_us AS biz,
           coalesce(p.paused_us, 0) AS paused_us, coalesce(p.paused_biz_us, 0) AS paused_biz_us
    FROM new_case c LEFT JOIN new_paused p ON p.case_key = c.case_key
    WHERE c.is_closed
)
WHERE diff >= -60000000
ORDER BY resolved_at, case_key;

-- :: store_undated
INSERT INTO fact_resolution
SELECT c.case_key, NULL, NULL, NULL, {c_dims}, round(c.given_resolution_s * 1000000)::BIGINT, NULL, NULL, NULL
FROM new_case c WHERE c.created_at IS NULL AND c.given_resolution_s IS NOT NULL
ORDER BY c.case_key;

-- :: store_first
INSERT INTO fact_first_resolution
SELECT case_key, resolved_at, local_day(resolved_at), created_at, {dims},
       CASE WHEN is_valid THEN greatest(diff, 0) END,
       CASE WHEN is_valid THEN greatest(biz, biz * 0) END,
       CASE WHEN is_valid THEN greatest(greatest(diff, 0) - paused_us, 0) END,
       CASE WHEN is_valid THEN greatest(greatest(biz, 0) - paused_biz_us, biz * 0) END,
       n_replies, n_reopens > 0
FROM (
    SELECT c.*, c.first_resolved_at AS resolved_at,
           epoch_us(c.first_resolved_at) - epoch_us(c.created_at) AS diff,
           epoch_us(c.first_resolved_at) - epoch_us(c.created_at) >= -60000000 AS is_valid,
           c.first_resolved_pos_us - c.created_pos_us AS biz,
           coalesce(p.first_paused_us, 0) AS paused_us, coalesce(p.first_paused_biz_us, 0) AS paused_biz_us
    FROM new_case c LEFT JOIN new_paused p ON p.case_key = c.case_key
    WHERE c.first_resolved_at IS NOT NULL
)
ORDER BY resolved_at, case_key;

-- :: store_flow
INSERT INTO fact_flow
SELECT c.case_key, c.occurred_at, local_day(c.occurred_at), c.is_reopen, {c_dims}
FROM (
    SELECT c.*, greatest(s.occurred_at, c.created_at) AS occurred_at, NOT s.is_closed AS is_reopen
    FROM new_status s JOIN new_case c ON c.case_key = s.case_key
    WHERE s.is_turn AND c.created_at IS NOT NULL
) c
ORDER BY c.occurred_at, c.case_key, c.is_reopen;
