"""The report: one self-contained page about one ledger, for the people who answer for its footprint."""

from serving.report.page import write_report

__all__ = ["write_report"]
