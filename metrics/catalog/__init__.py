"""Every KPI as one Metric(...) each."""
