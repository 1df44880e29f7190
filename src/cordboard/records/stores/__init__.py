"""The databases that records are kept in: SQLite and PostgreSQL."""
