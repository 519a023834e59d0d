-- Members: labels of the dimensions, numbered at first sight and never given up (semantics 1.11).

-- :: number
INSERT INTO member
SELECT n.dimension, (SELECT max(h.member_id) FROM member h WHERE h.dimension = n.dimension)
       + row_number() OVER (PARTITION BY n.dimension ORDER BY n.label), n.label
FROM (SELECT DISTINCT dimension, label FROM ({labels}) WHERE label IS NOT NULL) n
WHERE NOT EXISTS (SELECT 1 FROM member h WHERE h.dimension = n.dimension AND h.label = n.label);

-- :: agents
-- A copy: the engine takes the other tables of a transaction for smaller, and would build its hash on them.
CREATE OR REPLACE TEMP TABLE new_agent AS SELECT label, member_id FROM member WHERE dimension = 'agent';
