"""What is done to loaded rows between the loads, by people or at night: re-drive, reconcile, erase, empty."""
