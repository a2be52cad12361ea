"""The `jishi` command: the same services as the pages, for scripts and for operators."""
