"""From tables of cell texts and a mapping to checked rows, compared with what is stored.

Runs in child processes over DuckDB; nothing in here imports Django or opens the database.
"""
