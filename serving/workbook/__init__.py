"""The workbook: summary, lines, factors and method of an estimated ledger, one sheet each."""

from serving.workbook.book import write_book
from serving.workbook.lines import WORKBOOK_OPTIONS, write_lines

__all__ = ["WORKBOOK_OPTIONS", "write_book", "write_lines"]
