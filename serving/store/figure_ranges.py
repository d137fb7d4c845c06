"""Ranges that people state with a figure."""

import math

from data.errors import LedgerprintError


def require_range(
    figure: float | None, low: float | None, high: float | None, error: type[LedgerprintError]
) -> None:
    """Refuse a range that is none, or not around its figure.

    Parameters
    ----------
    figure
        kg CO2e, ``None`` where no figure is stated.
    low, high
        Ends of its range, both ``None`` where none is stated.
    error
        What is raised.
    """
    if low is None and high is None:
        return
    if low is None or high is None or figure is None:
        raise error(
            f"Got a range from {low} to {high} of the footprint {figure}, expected all three, or no range: "
            "name what is missing, or leave the range out."
        )
    if not (math.isfinite(low) and math.isfinite(high) and low <= figure <= high):
        raise error(
            f"Got a range from {low} to {high} of the footprint {figure}, expected finite ends around the "
            "footprint: correct it."
        )
