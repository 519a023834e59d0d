"""When sources are pulled: turns, back-off, pause and run-now, one load after another (docs/schedule.md)."""
