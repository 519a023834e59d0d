"""A ticket system's PostgreSQL, filled with the demo desk: read by us, by a peer, and by nothing but COPY."""
