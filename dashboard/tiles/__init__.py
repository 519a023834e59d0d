"""One file per way to draw a reading."""
