"""From files to checked rows, set-based in DuckDB: read, join, type, refuse."""
