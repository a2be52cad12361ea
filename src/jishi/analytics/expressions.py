"""The type of a column inside an expression.

Ibis decides the class of a column (number, date, text) when the expression is built, which static types cannot
follow. `jishi.analytics.tables` checks names and types at run time instead.
"""

from __future__ import annotations

from typing import Any, TypeAlias


Column: TypeAlias = Any
