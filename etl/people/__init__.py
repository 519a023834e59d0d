"""Personal data: what is hidden at import, what is forgotten after a while, and how a person is erased."""
