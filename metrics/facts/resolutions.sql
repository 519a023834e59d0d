-- Resolutions: last and first, gross and net of pauses, on both clocks; resolve and reopen events (semantics 4.4).

-- :: count
SELECT count(*) FROM new_status WHERE is_pause OR held IS NOT NULL OR NOT is_closed;

-- :: no_pauses
CREATE OR REPLACE TEMP TABLE new_pause (case_key BIGINT, step BIGINT, start_at TIMESTAMPTZ, end_at TIMESTAMPTZ);
CREATE OR REPLACE TEMP TABLE new_paused (
    case_key BIGINT, paused_us BIGINT, paused_biz_us BIGINT, first_paused_us BIGINT, first_paused_biz_us BIGINT,
    pending_us BIGINT, pending_biz_us BIGINT, hold_us BIGINT, hold_biz_us BIGINT, shut_us BIGINT, shut_biz_us BIGINT
);

-- :: intervals
CREATE OR REPLACE TEMP TABLE new_interval AS
SELECT s.case_key, s.step, greatest(s.occurred_at, r.created_at) AS start_at,
       CASE WHEN s.next_at IS NOT NULL THEN greatest(s.next_at, r.created_at) END AS end_at,
       s.occurred_at < r.first_resolved_at AS is_before_first, r.calendar_no, s.is_pause, s.held
FROM {new_case} r JOIN new_status s ON s.case_key = r.case_key
WHERE (s.is_pause OR s.held IS NOT NULL) AND r.created_at IS NOT NULL
UNION ALL
SELECT case_key, step, start_at, end_at, false, calendar_no, false, 'shut'
FROM (
    SELECT s.case_key, s.step, c.calendar_no, s.is_closed, greatest(s.occurred_at, c.created_at) AS end_at,
           lag(greatest(s.occurred_at, c.created_at)) OVER (PARTITION BY s.case_key ORDER BY s.step) AS start_at
    FROM {new_case} c JOIN new_status s ON s.case_key = c.case_key
    WHERE s.is_turn AND c.n_reopens > 0 AND c.created_at IS NOT NULL
)
WHERE NOT is_closed;

-- :: pauses
CREATE OR REPLACE TEMP TABLE new_pause AS
SELECT case_key, step, start_at, end_at FROM new_interval WHERE is_pause;

-- :: paused
CREATE OR REPLACE TEMP TABLE new_paused AS
SELECT case_key,
       sum(CASE WHEN is_pause THEN cal_us ELSE 0 END)::BIGINT AS paused_us,
       sum(CASE WHEN is_pause THEN biz_us ELSE 0 END)::BIGINT AS paused_biz_us,
       sum(CASE WHEN is_pause AND is_before_first THEN cal_us ELSE 0 END)::BIGINT AS first_paused_us,
       sum(CASE WHEN is_pause AND is_before_first THEN biz_us ELSE 0 END)::BIGINT AS first_paused_biz_us,
       sum(CASE WHEN held = 'pending_customer' THEN cal_us ELSE 0 END)::BIGINT AS pending_us,
       sum(CASE WHEN held = 'pending_customer' THEN biz_us ELSE 0 END)::BIGINT AS pending_biz_us,
       sum(CASE WHEN held = 'on_hold' THEN cal_us ELSE 0 END)::BIGINT AS hold_us,
       sum(CASE WHEN held = 'on_hold' THEN biz_us ELSE 0 END)::BIGINT AS hold_biz_us,
       sum(CASE WHEN held = 'shut' THEN cal_us ELSE 0 END)::BIGINT AS shut_us,
       sum(CASE WHEN held = 'shut' THEN biz_us ELSE 0 END)::BIGINT AS shut_biz_us
FROM (
    SELECT case_key, is_before_first, is_pause, held, epoch_us(end_at) - epoch_us(start_at) AS cal_us,
           end_pos_us - start_pos_us AS biz_us
    FROM {placed_intervals}
)
GROUP BY case_key;

-- :: store_last
INSERT INTO fact_resolution
SELECT case_key, resolved_at, local_day(resolved_at), created_at, {dims},
       gross_us, gross_biz_us,
       greatest(gross_us - paused_us, 0),
       CASE WHEN gross_biz_us IS NOT NULL THEN greatest(gross_biz_us - paused_biz_us, 0) END,
       pending_us, CASE WHEN gross_biz_us IS NOT NULL THEN pending_biz_us END,
       hold_us, CASE WHEN gross_biz_us IS NOT NULL THEN hold_biz_us END,
       greatest(gross_us - pending_us - hold_us - shut_us, 0),
       CASE WHEN gross_biz_us IS NOT NULL
            THEN greatest(gross_biz_us - pending_biz_us - hold_biz_us - shut_biz_us, 0) END
FROM (
    SELECT c.*, c.last_resolved_at AS resolved_at,
           epoch_us(c.last_resolved_at) - epoch_us(c.created_at) AS diff,
           greatest(epoch_us(c.last_resolved_at) - epoch_us(c.created_at), 0) AS gross_us,
           greatest(c.last_resolved_pos_us - c.created_pos_us, c.created_pos_us * 0) AS gross_biz_us,
           coalesce(p.paused_us, 0) AS paused_us, coalesce(p.paused_biz_us, 0) AS paused_biz_us,
           coalesce(p.pending_us, 0) AS pending_us, coalesce(p.pending_biz_us, 0) AS pending_biz_us,
           coalesce(p.hold_us, 0) AS hold_us, coalesce(p.hold_biz_us, 0) AS hold_biz_us,
           coalesce(p.shut_us, 0) AS shut_us, coalesce(p.shut_biz_us, 0) AS shut_biz_us
    FROM {new_case} c LEFT JOIN new_paused p ON p.case_key = c.case_key
    WHERE c.is_closed
)
WHERE diff >= -60000000
ORDER BY resolved_at, case_key;

-- :: store_undated
INSERT INTO fact_resolution
SELECT c.case_key, NULL, NULL, NULL, {c_dims}, round(c.given_resolution_s * 1000000)::BIGINT,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM {new_case} c WHERE c.created_at IS NULL AND c.given_resolution_s IS NOT NULL
ORDER BY c.case_key;

-- :: store_first
INSERT INTO fact_first_resolution
SELECT case_key, resolved_at, local_day(resolved_at), created_at, {dims},
       CASE WHEN is_valid THEN greatest(diff, 0) END,
       CASE WHEN is_valid THEN greatest(biz, biz * 0) END,
       CASE WHEN is_valid THEN greatest(greatest(diff, 0) - paused_us, 0) END,
       CASE WHEN is_valid AND biz IS NOT NULL THEN greatest(greatest(biz, 0) - paused_biz_us, 0) END,
       n_replies, n_reopens > 0, customer_key
FROM (
    SELECT c.*, c.first_resolved_at AS resolved_at,
           epoch_us(c.first_resolved_at) - epoch_us(c.created_at) AS diff,
           epoch_us(c.first_resolved_at) - epoch_us(c.created_at) >= -60000000 AS is_valid,
           c.first_resolved_pos_us - c.created_pos_us AS biz,
           coalesce(p.first_paused_us, 0) AS paused_us, coalesce(p.first_paused_biz_us, 0) AS paused_biz_us
    FROM {new_case} c LEFT JOIN new_paused p ON p.case_key = c.case_key
    WHERE c.first_resolved_at IS NOT NULL
)
ORDER BY resolved_at, case_key;

-- :: store_flow
INSERT INTO fact_flow
SELECT c.case_key, c.occurred_at, local_day(c.occurred_at), c.is_reopen, {c_dims}
FROM (
    SELECT c.*, greatest(s.occurred_at, c.created_at) AS occurred_at, NOT s.is_closed AS is_reopen
    FROM {new_case} c JOIN new_status s ON s.case_key = c.case_key
    WHERE s.is_turn AND c.created_at IS NOT NULL
) c
ORDER BY c.occurred_at, c.case_key, c.is_reopen;
