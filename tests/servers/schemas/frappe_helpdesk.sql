-- The columns of Frappe Helpdesk that its mapping reads, with their types, and a few rows.
DROP DATABASE IF EXISTS frappe; CREATE DATABASE frappe CHARACTER SET utf8mb4; USE frappe;
CREATE TABLE `tabHD Ticket` (name bigint PRIMARY KEY, creation datetime(6), modified datetime(6), owner varchar(140),
  status varchar(140), priority varchar(140), ticket_type varchar(140), agent_group varchar(140), contact varchar(140),
  raised_by varchar(140), customer varchar(140), via_customer_portal int NOT NULL DEFAULT 0, response_by datetime(6),
  resolution_by datetime(6), resolution_date datetime(6), is_merged int NOT NULL DEFAULT 0, merged_with varchar(140),
  feedback_rating decimal(3,2), _assign text);
CREATE TABLE `tabHD Ticket Activity` (name varchar(140) PRIMARY KEY, creation datetime(6), owner varchar(140),
  ticket varchar(140), action text);
CREATE TABLE `tabHD Ticket Comment` (name varchar(140) PRIMARY KEY, creation datetime(6), reference_ticket varchar(140),
  commented_by varchar(140));
CREATE TABLE `tabCommunication` (name varchar(140) PRIMARY KEY, creation datetime(6), communication_type varchar(140),
  sent_or_received varchar(140), reference_doctype varchar(140), reference_name varchar(140), sender varchar(255));
INSERT INTO `tabHD Ticket` VALUES
  (1, '2026-11-01 08:00:00', '2026-11-01 10:00:00', 'Guest', 'Closed', 'Urgent', 'Bug', 'Product', 'carl', 'c@x.test',
   'ACME', 1, '2026-11-01 08:30:00', '2026-11-01 12:00:00', '2026-11-01 10:00:00', 0, NULL, 0.8, '["ana@desk.test"]'),
  (2, '2026-11-01 08:30:00', '2026-11-01 08:40:00', 'Guest', 'Open', 'Low', NULL, NULL, NULL, 'd@x.test', NULL, 0,
   NULL, NULL, NULL, 1, '1', 0.00, NULL);
INSERT INTO `tabHD Ticket Activity` VALUES
  ('a1', '2026-11-01 08:00:00', 'Guest', '1', 'created this ticket'),
  ('a2', '2026-11-01 08:20:00', 'ana@desk.test', '1', 'set status to Replied'),
  ('a3', '2026-11-01 10:00:00', 'ana@desk.test', '1', 'set status to Closed');
INSERT INTO `tabHD Ticket Comment` VALUES ('n1', '2026-11-01 08:10:00', '1', 'ana@desk.test');
INSERT INTO `tabCommunication` VALUES
  ('m1', '2026-11-01 08:00:00', 'Communication', 'Received', 'HD Ticket', '1', 'c@x.test'),
  ('m2', '2026-11-01 08:00:03', 'Automated Message', 'Sent', 'HD Ticket', '1', 'desk@desk.test'),
  ('m3', '2026-11-01 08:20:00', 'Communication', 'Sent', 'HD Ticket', '1', 'ana@desk.test'),
  ('m4', '2026-11-01 08:20:00', 'Communication', 'Sent', 'Sales Invoice', '1', 'ana@desk.test');
