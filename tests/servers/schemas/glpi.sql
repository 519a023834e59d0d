-- The columns of GLPI that its mapping reads, with their types, and a few rows.
DROP DATABASE IF EXISTS glpi; CREATE DATABASE glpi CHARACTER SET utf8mb4; USE glpi; SET time_zone = '+00:00';
CREATE TABLE glpi_tickets (id int unsigned AUTO_INCREMENT PRIMARY KEY, entities_id int unsigned NOT NULL DEFAULT 0,
  name varchar(255), date timestamp NULL, closedate timestamp NULL, solvedate timestamp NULL, takeintoaccountdate timestamp NULL,
  date_mod timestamp NULL, status int NOT NULL DEFAULT 1, requesttypes_id int unsigned NOT NULL DEFAULT 0,
  priority int NOT NULL DEFAULT 1, itilcategories_id int unsigned NOT NULL DEFAULT 0, type int NOT NULL DEFAULT 1,
  time_to_resolve timestamp NULL, time_to_own timestamp NULL, waiting_duration int NOT NULL DEFAULT 0,
  solve_delay_stat int NOT NULL DEFAULT 0, takeintoaccount_delay_stat int NOT NULL DEFAULT 0,
  is_deleted tinyint NOT NULL DEFAULT 0);
CREATE TABLE glpi_itilcategories (id int unsigned PRIMARY KEY, name varchar(255), completename text);
CREATE TABLE glpi_users (id int unsigned PRIMARY KEY, name varchar(255), realname varchar(255), firstname varchar(255));
CREATE TABLE glpi_groups (id int unsigned PRIMARY KEY, name varchar(255), completename text);
CREATE TABLE glpi_tickets_users (id int unsigned AUTO_INCREMENT PRIMARY KEY, tickets_id int unsigned, users_id int unsigned,
  type int NOT NULL DEFAULT 1, use_notification tinyint NOT NULL DEFAULT 1, alternative_email varchar(255));
CREATE TABLE glpi_groups_tickets (id int unsigned AUTO_INCREMENT PRIMARY KEY, tickets_id int unsigned, groups_id int unsigned,
  type int NOT NULL DEFAULT 1);
CREATE TABLE glpi_logs (id int unsigned AUTO_INCREMENT PRIMARY KEY, itemtype varchar(100) NOT NULL, items_id int unsigned NOT NULL,
  itemtype_link varchar(100) NOT NULL DEFAULT '', linked_action int NOT NULL DEFAULT 0, user_name varchar(255),
  date_mod timestamp NULL, id_search_option int NOT NULL DEFAULT 0, old_value varchar(255), new_value varchar(255));
CREATE TABLE glpi_itilfollowups (id int unsigned AUTO_INCREMENT PRIMARY KEY, itemtype varchar(100) NOT NULL, items_id int unsigned
  NOT NULL, date timestamp NULL, users_id int unsigned NOT NULL DEFAULT 0, content longtext, is_private tinyint NOT NULL DEFAULT 0,
  date_mod timestamp NULL);
CREATE TABLE glpi_itilsolutions (id int unsigned AUTO_INCREMENT PRIMARY KEY, itemtype varchar(100) NOT NULL, items_id int unsigned
  NOT NULL, content longtext, date_creation timestamp NULL, date_mod timestamp NULL, users_id int unsigned NOT NULL DEFAULT 0,
  status int NOT NULL DEFAULT 1);
CREATE TABLE glpi_ticketsatisfactions (id int unsigned AUTO_INCREMENT PRIMARY KEY, tickets_id int unsigned NOT NULL,
  type int NOT NULL DEFAULT 1, date_begin timestamp NULL, date_answered timestamp NULL, satisfaction int, comment text);
INSERT INTO glpi_itilcategories VALUES (1, 'Printer', 'Hardware > Printer');
INSERT INTO glpi_users VALUES (2, 'ana', 'Li', 'Ana'), (7, 'eve', 'Wu', 'Eve');
INSERT INTO glpi_groups VALUES (1, 'Second line', 'Desk > Second line');
INSERT INTO glpi_tickets VALUES
  (1, 0, 'a', '2026-11-01 08:00:00', NULL, '2026-11-01 10:00:00', '2026-11-01 08:30:00', '2026-11-01 10:00:00', 5, 1, 5, 1, 1,
   '2026-11-01 12:00:00', '2026-11-01 08:45:00', 1200, 6000, 1800, 0),
  (2, 0, 'b', '2026-11-01 08:30:00', NULL, NULL, NULL, '2026-11-01 08:30:00', 1, 3, 3, 0, 2, NULL, NULL, 0, 0, 0, 0),
  (3, 0, 'c', '2026-11-01 08:40:00', NULL, NULL, NULL, '2026-11-01 08:50:00', 1, 0, 3, 0, 2, NULL, NULL, 0, 0, 0, 1);
INSERT INTO glpi_tickets_users (tickets_id, users_id, type) VALUES (1, 7, 1), (1, 2, 2), (2, 7, 1);
INSERT INTO glpi_groups_tickets (tickets_id, groups_id, type) VALUES (1, 1, 2);
INSERT INTO glpi_logs (itemtype, items_id, linked_action, itemtype_link, user_name, date_mod, id_search_option, old_value, new_value) VALUES
  ('Ticket', 1, 20, '', 'eve (7)', '2026-11-01 08:00:00', 0, '', ''),
  ('Ticket', 1, 15, 'User', 'ana (2)', '2026-11-01 08:05:00', 5, '', 'Ana Li (2)'),
  ('Ticket', 1, 0, '', 'ana (2)', '2026-11-01 08:05:00', 12, '1', '2'),
  ('Ticket', 1, 0, '', 'ana (2)', '2026-11-01 08:06:00', 3, '3', '5'),
  ('Ticket', 1, 0, '', 'ana (2)', '2026-11-01 08:31:00', 12, '2', '4'),
  ('Ticket', 1, 0, '', 'eve (7)', '2026-11-01 08:51:00', 12, '4', '2'),
  ('Ticket', 1, 0, '', 'ana (2)', '2026-11-01 10:00:00', 12, '2', '5'),
  ('Computer', 1, 0, '', 'ana (2)', '2026-11-01 10:00:00', 12, '2', '5');
INSERT INTO glpi_itilfollowups (itemtype, items_id, date, users_id, content, is_private, date_mod) VALUES
  ('Ticket', 1, '2026-11-01 08:10:00', 2, 'n', 1, '2026-11-01 08:10:00'), ('Ticket', 1, '2026-11-01 08:30:00', 2, 'r', 0, '2026-11-01 08:30:00'),
  ('Ticket', 1, '2026-11-01 08:51:00', 7, 'q', 0, '2026-11-01 08:51:00'), ('Change', 1, '2026-11-01 08:51:00', 7, 'q', 0, '2026-11-01 08:51:00');
INSERT INTO glpi_itilsolutions (itemtype, items_id, date_creation, date_mod, users_id, status) VALUES
  ('Ticket', 1, '2026-11-01 10:00:00', '2026-11-01 10:00:00', 2, 2);
INSERT INTO glpi_ticketsatisfactions (tickets_id, date_begin, date_answered, satisfaction) VALUES
  (1, '2026-11-01 10:00:01', '2026-11-01 10:20:00', 4), (2, '2026-11-01 10:30:01', NULL, NULL);
