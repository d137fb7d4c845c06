"""Errors of ledgers as they stand now."""

from data.errors import LedgerprintError


class NotValuedError(LedgerprintError):
    """Nobody knows yet what a correction comes to, and whoever asks may not ask the model."""
