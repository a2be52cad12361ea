#!/usr/bin/env python
"""Django's command line, for development. Users type `jishi`."""

import os
import sys

import jishi.config  # noqa: F401  (swaps in the bundled SQLite before Django is imported)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
