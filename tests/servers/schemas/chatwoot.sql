-- The columns of Chatwoot that its mapping reads, with their types, and a few rows.
DROP SCHEMA IF EXISTS chatwoot CASCADE; CREATE SCHEMA chatwoot; SET search_path = chatwoot;
CREATE TABLE inboxes (id serial PRIMARY KEY, name varchar, channel_type varchar);
CREATE TABLE teams (id bigserial PRIMARY KEY, name varchar);
CREATE TABLE users (id serial PRIMARY KEY, name varchar);
CREATE TABLE account_users (id bigserial PRIMARY KEY, account_id bigint, user_id bigint, role integer DEFAULT 0);
CREATE TABLE conversations (id serial PRIMARY KEY, account_id integer NOT NULL DEFAULT 1, inbox_id integer NOT NULL,
  status integer NOT NULL DEFAULT 0, assignee_id integer, team_id bigint, contact_id bigint, display_id integer NOT NULL,
  priority integer, cached_label_list text, created_at timestamp NOT NULL, updated_at timestamp NOT NULL);
CREATE TABLE messages (id serial PRIMARY KEY, conversation_id integer NOT NULL, message_type integer NOT NULL,
  content_type integer NOT NULL DEFAULT 0, private boolean NOT NULL DEFAULT false, sender_type varchar, sender_id bigint,
  content_attributes json DEFAULT '{}', additional_attributes jsonb DEFAULT '{}', created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL DEFAULT '2026-11-01');
CREATE TABLE reporting_events (id bigserial PRIMARY KEY, name varchar, value float, user_id integer,
  conversation_id integer, event_start_time timestamp, event_end_time timestamp, created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL);
CREATE TABLE csat_survey_responses (id bigserial PRIMARY KEY, conversation_id bigint NOT NULL, message_id bigint NOT NULL,
  rating integer NOT NULL, contact_id bigint NOT NULL, assigned_agent_id bigint, created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL);
INSERT INTO inboxes VALUES (1, 'Website', 'Channel::WebWidget'), (2, 'Support mail', 'Channel::Email');
INSERT INTO teams VALUES (1, 'first line');
INSERT INTO users VALUES (1, 'Ana'), (2, 'Bo');
INSERT INTO account_users VALUES (1, 1, 1, 1), (2, 1, 2, 0);
INSERT INTO conversations VALUES
  (1, 1, 1, 1, 1, 1, 70, 101, 3, 'vip,refund', '2026-11-01 08:00:00', '2026-11-01 09:30:00'),
  (2, 1, 2, 0, NULL, NULL, 71, 102, NULL, NULL, '2026-11-01 08:10:00', '2026-11-01 10:00:00.123456');
INSERT INTO messages (id, conversation_id, message_type, content_type, private, sender_type, sender_id,
                      content_attributes, created_at) VALUES
  (1, 1, 0, 0, false, 'Contact', 70, '{}', '2026-11-01 08:00:00'),
  (2, 1, 1, 0, false, NULL, NULL, '{"automation_rule_id": 5}', '2026-11-01 08:00:05'),
  (3, 1, 1, 0, true, 'User', 1, '{}', '2026-11-01 08:05:00'),
  (4, 1, 1, 0, false, 'User', 1, '{}', '2026-11-01 08:07:00'),
  (5, 1, 2, 0, false, NULL, NULL, '{}', '2026-11-01 09:00:00'),
  (6, 1, 3, 9, false, NULL, NULL, '{}', '2026-11-01 09:00:01'),
  (7, 2, 0, 0, false, 'Contact', 71, '{}', '2026-11-01 08:10:00'),
  (8, 2, 0, 0, false, 'Contact', 71, '{}', '2026-11-01 10:00:00');
INSERT INTO reporting_events (name, user_id, conversation_id, event_end_time, created_at, updated_at) VALUES
  ('first_response', 1, 1, '2026-11-01 08:07:00', '2026-11-01 08:07:00', '2026-11-01 08:07:00'),
  ('conversation_resolved', 1, 1, '2026-11-01 09:00:00', '2026-11-01 09:00:00', '2026-11-01 09:00:00'),
  ('conversation_resolved', NULL, 2, '2026-11-01 09:10:00', '2026-11-01 09:10:00', '2026-11-01 09:10:00');
INSERT INTO csat_survey_responses VALUES
  (1, 1, 6, 4, 70, 1, '2026-11-01 09:20:00', '2026-11-01 09:20:00');
