"""Events that systems send by themselves: kept first, answered, then loaded like any other delivery (decision 27)."""
