"""Settings, URLs and the WSGI entry.

Importing this package, which Django does before it opens any database, replaces the interpreter's
SQLite by the one that pysqlite3 carries: versions before 3.51.3 can corrupt a WAL database
(see docs/adr/0002-sqlite.md). Where no wheel exists a system check decides.
"""

import sys


try:
    import pysqlite3
    import pysqlite3.dbapi2
except ImportError:
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
