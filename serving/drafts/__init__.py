"""Drafts: ledgers that were dropped, and are looked at before they become jobs. No HTTP, no HTML."""
