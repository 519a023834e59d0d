-- First replies in time order, each belonging to its author, and cases still without one (semantics 4.1-4.3).

-- :: store
INSERT INTO fact_reply
SELECT c.case_key, c.reply_at, local_day(c.reply_at), c.created_at, {author_dims},
       c.frt_us, c.frt_biz_us, c.wait_us, c.wait_biz_us
FROM {new_case} c LEFT JOIN new_agent a ON a.label = c.reply_by
WHERE c.reason = 'ok'
ORDER BY c.reply_at, c.case_key;

-- :: store_waiting
INSERT INTO fact_waiting
SELECT c.case_key, c.start_at, c.created_at, {c_dims}
FROM {new_case} c
WHERE c.reason = 'open_unanswered'
ORDER BY c.start_at, c.case_key;
