"""Faults of exchanged footprints."""

from data.errors import LedgerprintError


class FootprintError(LedgerprintError):
    """A footprint that cannot be read, used or written."""
