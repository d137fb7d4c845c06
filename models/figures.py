"""Figures as an estimate states them."""

from typing import Final

import numpy as np
import numpy.typing as npt

SIGNIFICANT_DIGITS: Final = 6


def significant(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round to the digits that a figure may claim at the very most, and that a reader can carry over.

    Examples
    --------
    >>> significant(np.array([1234567.0, -0.00123456789, 0.0]))
    array([ 1.23457e+06, -1.23457e-03,  0.00000e+00])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        magnitude = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
    scale = 10.0 ** (SIGNIFICANT_DIGITS - 1 - np.nan_to_num(magnitude))
    return np.asarray(np.round(values * scale) / scale) + 0.0  # no negative zero
