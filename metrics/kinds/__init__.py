"""How sums become values: one small class per kind of KPI (semantics 1.10)."""
