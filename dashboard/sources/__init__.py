"""The data page: what every source delivered, what did not load, and what that costs the KPIs."""
