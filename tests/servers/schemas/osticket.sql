-- The columns of osTicket that its mapping reads, with their types, and a few rows.
DROP DATABASE IF EXISTS osticket; CREATE DATABASE osticket CHARACTER SET utf8mb4; USE osticket;
CREATE TABLE ost_ticket (ticket_id int unsigned AUTO_INCREMENT PRIMARY KEY, number varchar(20), user_id int unsigned,
  status_id int unsigned, dept_id int unsigned, topic_id int unsigned, staff_id int unsigned, source
  enum('Web','Email','Phone','API','Other') NOT NULL DEFAULT 'Other', isoverdue tinyint unsigned NOT NULL DEFAULT 0,
  duedate datetime, est_duedate datetime, created datetime NOT NULL, updated datetime NOT NULL);
CREATE TABLE ost_ticket_status (id int PRIMARY KEY, name varchar(60), state varchar(16));
CREATE TABLE ost_department (id int unsigned PRIMARY KEY, name varchar(128));
CREATE TABLE ost_help_topic (topic_id int unsigned PRIMARY KEY, topic varchar(128));
CREATE TABLE ost_staff (staff_id int unsigned PRIMARY KEY, firstname varchar(32), lastname varchar(32), username varchar(32));
CREATE TABLE ost_ticket__cdata (ticket_id int unsigned PRIMARY KEY, subject mediumtext, priority mediumtext);
CREATE TABLE ost_ticket_priority (priority_id tinyint PRIMARY KEY, priority varchar(60));
CREATE TABLE ost_thread (id int unsigned PRIMARY KEY, object_id int unsigned, object_type char(1));
CREATE TABLE ost_event (id int unsigned PRIMARY KEY, name varchar(60));
CREATE TABLE ost_thread_event (id int unsigned AUTO_INCREMENT PRIMARY KEY, thread_id int unsigned, event_id int unsigned,
  staff_id int unsigned, dept_id int unsigned, username varchar(128) NOT NULL DEFAULT 'SYSTEM',
  uid int unsigned, uid_type char(1) NOT NULL DEFAULT 'S', annulled tinyint unsigned NOT NULL DEFAULT 0, timestamp datetime NOT NULL);
CREATE TABLE ost_thread_entry (id int unsigned AUTO_INCREMENT PRIMARY KEY, thread_id int unsigned, staff_id int unsigned
  NOT NULL DEFAULT 0, user_id int unsigned NOT NULL DEFAULT 0, type char(1) NOT NULL, created datetime NOT NULL);
INSERT INTO ost_ticket_status VALUES (1, 'Open', 'open'), (3, 'Closed', 'closed'), (5, 'Deleted', 'deleted');
INSERT INTO ost_department VALUES (1, 'Support'), (2, 'Billing');
INSERT INTO ost_help_topic VALUES (1, 'General Inquiry');
INSERT INTO ost_staff VALUES (1, 'Ana', 'Li', 'ana');
INSERT INTO ost_ticket_priority VALUES (1, 'low'), (2, 'normal'), (3, 'high'), (4, 'emergency');
INSERT INTO ost_ticket VALUES
  (1, '100001', 7, 3, 2, 1, 1, 'Web', 0, NULL, '2026-11-02 08:00:00', '2026-11-01 08:00:00', '2026-11-01 10:00:00'),
  (2, '100002', 8, 1, 1, 1, 0, 'Email', 1, NULL, NULL, '2026-11-01 08:30:00', '2026-11-01 08:30:00');
INSERT INTO ost_ticket__cdata VALUES (1, 'a', '3'), (2, 'b', '2');
INSERT INTO ost_thread VALUES (11, 1, 'T'), (12, 2, 'T'), (13, 1, 'A');
INSERT INTO ost_event VALUES (1, 'created'), (2, 'closed'), (3, 'reopened'), (4, 'assigned'), (6, 'transferred');
INSERT INTO ost_thread_event VALUES
  (1, 11, 1, 0, 1, 'SYSTEM', NULL, 'S', 0, '2026-11-01 08:00:00'), (2, 11, 4, 1, 1, 'ana', 1, 'S', 0, '2026-11-01 08:05:00'),
  (3, 11, 6, 1, 2, 'ana', 1, 'S', 0, '2026-11-01 08:06:00'), (4, 11, 2, 1, 2, 'ana', 1, 'S', 1, '2026-11-01 09:00:00'),
  (5, 11, 3, 1, 2, 'ana', 1, 'S', 0, '2026-11-01 09:01:00'), (6, 11, 2, 1, 2, 'ana', 1, 'S', 0, '2026-11-01 10:00:00'),
  (7, 13, 2, 1, 2, 'ana', 1, 'S', 0, '2026-11-01 10:00:00');
INSERT INTO ost_thread_entry VALUES
  (1, 11, 0, 7, 'M', '2026-11-01 08:00:00'), (2, 11, 0, 0, 'R', '2026-11-01 08:00:02'),
  (3, 11, 1, 0, 'N', '2026-11-01 08:10:00'), (4, 11, 1, 0, 'R', '2026-11-01 08:30:00'),
  (5, 12, 0, 8, 'M', '2026-11-01 08:30:00');
