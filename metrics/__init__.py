"""MEANING: what the rows mean: facts, KPIs, targets, verdicts."""
