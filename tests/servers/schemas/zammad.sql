-- The columns of Zammad that its mapping reads, with their types, and a few rows.
DROP SCHEMA IF EXISTS zammad CASCADE; CREATE SCHEMA zammad; SET search_path = zammad;
CREATE TABLE users (id serial PRIMARY KEY, firstname varchar(100), lastname varchar(100));
CREATE TABLE groups (id serial PRIMARY KEY, name varchar(160) NOT NULL);
CREATE TABLE ticket_state_types (id serial PRIMARY KEY, name varchar(250) NOT NULL);
CREATE TABLE ticket_states (id serial PRIMARY KEY, state_type_id integer NOT NULL, name varchar(250) NOT NULL);
CREATE TABLE ticket_priorities (id serial PRIMARY KEY, name varchar(250) NOT NULL);
CREATE TABLE ticket_article_types (id serial PRIMARY KEY, name varchar(250) NOT NULL);
CREATE TABLE ticket_article_senders (id serial PRIMARY KEY, name varchar(250) NOT NULL);
CREATE TABLE tickets (id serial PRIMARY KEY, group_id integer NOT NULL, priority_id integer NOT NULL,
  state_id integer NOT NULL, number varchar(60) NOT NULL, owner_id integer NOT NULL, customer_id integer NOT NULL,
  first_response_in_min integer, close_in_min integer, create_article_type_id integer, create_article_sender_id integer,
  created_at timestamp(3) NOT NULL, updated_at timestamp(3) NOT NULL);
CREATE TABLE ticket_articles (id serial PRIMARY KEY, ticket_id integer NOT NULL, type_id integer NOT NULL,
  sender_id integer NOT NULL, internal boolean NOT NULL DEFAULT false, created_by_id integer NOT NULL,
  created_at timestamp(3) NOT NULL);
CREATE TABLE history_types (id serial PRIMARY KEY, name varchar(250) NOT NULL);
CREATE TABLE history_objects (id serial PRIMARY KEY, name varchar(250) NOT NULL);
CREATE TABLE history_attributes (id serial PRIMARY KEY, name varchar(250) NOT NULL);
CREATE TABLE histories (id serial PRIMARY KEY, history_type_id integer NOT NULL, history_object_id integer NOT NULL,
  history_attribute_id integer, o_id integer NOT NULL, id_to integer, id_from integer, value_from varchar(500),
  value_to varchar(500), created_by_id integer NOT NULL, created_at timestamp(3) NOT NULL);
INSERT INTO users VALUES (1, '-', ''), (2, 'Ana', 'Li'), (3, 'Carl', 'Customer');
INSERT INTO groups VALUES (1, 'Users'), (2, 'Second line');
INSERT INTO ticket_state_types VALUES (1, 'new'), (2, 'open'), (3, 'pending reminder'), (5, 'closed'), (6, 'merged');
INSERT INTO ticket_states VALUES (1, 1, 'new'), (2, 2, 'open'), (4, 5, 'closed'), (5, 6, 'merged'), (9, 3, 'bei Kunden');
INSERT INTO ticket_priorities VALUES (1, '1 low'), (2, '2 normal'), (3, '3 high');
INSERT INTO ticket_article_types VALUES (1, 'email'), (5, 'phone'), (10, 'note');
INSERT INTO ticket_article_senders VALUES (1, 'Agent'), (2, 'Customer'), (3, 'System');
INSERT INTO tickets VALUES
  (1, 2, 3, 4, '67001', 2, 3, 30, 120, 1, 2, '2026-11-01 08:00:00', '2026-11-01 10:00:00'),
  (2, 1, 2, 5, '67002', 1, 3, NULL, NULL, 5, 2, '2026-11-01 08:30:00', '2026-11-01 09:00:00');
INSERT INTO ticket_articles (ticket_id, type_id, sender_id, internal, created_by_id, created_at) VALUES
  (1, 1, 2, false, 3, '2026-11-01 08:00:00'), (1, 1, 3, false, 1, '2026-11-01 08:00:01'),
  (1, 10, 1, true, 2, '2026-11-01 08:20:00'), (1, 1, 1, false, 2, '2026-11-01 08:30:00');
INSERT INTO history_types VALUES (1, 'created'), (2, 'updated'), (3, 'merged_into');
INSERT INTO history_objects VALUES (1, 'Ticket'), (2, 'User');
INSERT INTO history_attributes VALUES (1, 'state'), (2, 'owner'), (3, 'group'), (4, 'priority'), (5, 'title');
INSERT INTO histories VALUES
  (1, 1, 1, NULL, 1, NULL, NULL, NULL, NULL, 3, '2026-11-01 08:00:00'),
  (2, 2, 1, 2, 1, 2, 1, '-', 'Ana Li', 2, '2026-11-01 08:10:00'),
  (3, 2, 1, 3, 1, 2, 1, 'Users', 'Second line', 2, '2026-11-01 08:11:00'),
  (4, 2, 1, 4, 1, 3, 2, '2 normal', '3 high', 2, '2026-11-01 08:12:00'),
  (5, 2, 1, 1, 1, 9, 1, 'new', 'bei Kunden', 2, '2026-11-01 08:30:00'),
  (6, 2, 1, 1, 1, 4, 9, 'bei Kunden', 'closed', 2, '2026-11-01 10:00:00'),
  (7, 3, 1, NULL, 2, 1, 2, NULL, NULL, 2, '2026-11-01 09:00:00'),
  (8, 2, 2, 5, 1, NULL, NULL, 'a', 'b', 2, '2026-11-01 09:00:00');
