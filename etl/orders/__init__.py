"""Orders: what the command line has done to a warehouse, here or by the monitor that owns it (decision 33)."""
