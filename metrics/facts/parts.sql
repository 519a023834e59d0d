-- The cases of a rebuild in parts, by the time of their creation.

-- :: count
SELECT count(*) FROM ticket;

-- :: cuts
SELECT unnest(quantile_disc(epoch_us(created_at), {shares})) FROM ticket WHERE created_at IS NOT NULL;

-- :: scope
CREATE OR REPLACE TEMP TABLE scope AS
WITH own AS (SELECT ticket_key FROM ticket WHERE {within})
SELECT ticket_key FROM own ANTI JOIN case_link USING (ticket_key)
UNION ALL
SELECT l.ticket_key FROM case_link l JOIN own ON own.ticket_key = l.case_key;

-- :: surveys
CREATE OR REPLACE TEMP TABLE scope_survey AS
SELECT response_key FROM survey_response SEMI JOIN scope USING (ticket_key)
{and_alone};

-- :: alone
-- Surveys of no ticket, or of one that never came.
UNION ALL
SELECT response_key FROM survey_response ANTI JOIN ticket USING (ticket_key)
