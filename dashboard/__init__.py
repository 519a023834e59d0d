"""OUT: pages, tiles, charts and the HTTP API."""
