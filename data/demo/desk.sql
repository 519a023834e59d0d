-- The demo helpdesk's own schema, as a ticket system would have it. Instants are UTC epoch milliseconds.
CREATE TABLE hd_clock (
    id INTEGER PRIMARY KEY, seed INTEGER, started_at INTEGER, settled_at INTEGER,
    scale REAL, per_day REAL, pace REAL, shown_until INTEGER
);
CREATE TABLE hd_group (id INTEGER PRIMARY KEY, name TEXT, department TEXT);
CREATE TABLE hd_agent (id INTEGER PRIMARY KEY, full_name TEXT, group_id INTEGER, is_robot INTEGER);
CREATE TABLE hd_contact (id INTEGER PRIMARY KEY, full_name TEXT, region TEXT, level TEXT, joined_at INTEGER);
CREATE TABLE hd_case (
    id INTEGER PRIMARY KEY,
    subject TEXT,
    source TEXT,           -- web_chat app_chat web_form hotline mail wechat weibo store robot
    kind TEXT,             -- question complaint fault other
    topic TEXT,
    is_common INTEGER,     -- on the desk's list of common questions
    product TEXT,
    urgency TEXT,          -- when opened: high normal low
    urgency_now TEXT,
    state TEXT,            -- queued working awaiting_contact parked solved archived
    outcome TEXT,          -- fixed not_fixed
    group_id INTEGER,
    owner_id INTEGER,
    contact_id INTEGER,
    opened_by TEXT,        -- contact agent robot system
    is_spam INTEGER,
    is_test INTEGER,
    is_trashed INTEGER,
    duplicate_of INTEGER,  -- case this one was merged into
    tags TEXT,             -- comma between tags
    opened_at INTEGER,
    updated_at INTEGER
);
CREATE TABLE hd_case_log (
    id INTEGER PRIMARY KEY,
    case_id INTEGER,
    action TEXT,           -- state assign urgency handoff merge callback
    old_value TEXT,
    new_value TEXT,        -- the state or urgency entered
    group_id INTEGER,      -- of an assign
    owner_id INTEGER,      -- of an assign
    other_case_id INTEGER, -- of a merge: the case that goes on
    actor_kind TEXT,       -- contact agent robot rule
    actor_id INTEGER,
    logged_at INTEGER
);
CREATE TABLE hd_post (
    id INTEGER PRIMARY KEY,
    case_id INTEGER,
    author_kind TEXT,      -- contact agent robot
    author_id INTEGER,
    is_internal INTEGER,
    is_automatic INTEGER,
    medium TEXT,
    sent_at INTEGER,
    updated_at INTEGER
);
CREATE TABLE IF NOT EXISTS hd_invite (  -- to rate a solved case, answered or not
    id INTEGER PRIMARY KEY,
    case_id INTEGER,
    contact_id INTEGER,
    way TEXT,              -- app sms mail web
    sent_at INTEGER
);
CREATE TABLE hd_rating (
    id INTEGER PRIMARY KEY,
    case_id INTEGER,
    contact_id INTEGER,
    agent_id INTEGER,
    way TEXT,              -- app sms mail web
    seconds INTEGER,
    overall INTEGER,       -- 1 to 5, like the five dimensions after it
    efficiency INTEGER,
    attitude INTEGER,
    clarity INTEGER,
    resolution INTEGER,
    empathy INTEGER,
    nps INTEGER,           -- 0 to 10
    solved_first INTEGER,
    answered_at INTEGER,
    updated_at INTEGER
);
-- Indexes
CREATE INDEX hd_case_updated ON hd_case (updated_at, id);
CREATE INDEX hd_case_log_logged ON hd_case_log (logged_at, id);
CREATE INDEX hd_post_updated ON hd_post (updated_at, id);
CREATE INDEX IF NOT EXISTS hd_invite_sent ON hd_invite (sent_at, id);
CREATE INDEX hd_rating_updated ON hd_rating (updated_at, id);
