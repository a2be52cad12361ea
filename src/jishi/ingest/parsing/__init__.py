"""From an uploaded file to tables of cell texts, in a child process with hard limits.

Nothing in here imports Django: the child starts in a tenth of a second and cannot reach the
database.
"""
