"""IN: brings rows in from ticket systems, survey tools and files; makes them canonical; loses nothing."""

import data  # noqa: F401  settles the allocator before DuckDB is loaded
