"""The list kit: every list of the product is declared with it and behaves the same.

A room declares a ``Table`` once and answers with ``table.respond(request, rows, template)``.
Search, filters, order, column choice, page size, saved views, CSV and XLSX, the shareable address,
partial updates and the phone layout come with it. The guide is ``docs/guides/lists.md``.
"""

from vetta.ui.tables.columns import Column, Filter, Kind
from vetta.ui.tables.sources import QuerySetSource
from vetta.ui.tables.table import BoundTable, Empty, Table

__all__ = ["BoundTable", "Column", "Empty", "Filter", "Kind", "QuerySetSource", "Table"]
