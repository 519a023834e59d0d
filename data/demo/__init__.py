"""The demo desk: a living helpdesk in a SQLite file of its own shape."""
