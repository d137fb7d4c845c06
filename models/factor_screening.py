"""Which published factors can be used as they are, and what stands in for those that cannot."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

LOWEST_SENSIBLE: Final = 0.01
HIGHEST_SENSIBLE: Final = 4.0
"""Bounds in kg CO2e per unit of money (US dollar or pound).

EPA v1.3 lies between 0.029 (insurance) and 3.924 (lime and cement), v1.2 between 0.013 and 3.858 but for one
code: a landfill of 10.989, which v1.3 puts at 0.988. The UK multipliers, without the four artefacts of their
method, lie between 0.026 and 3.517.
"""

_SECTION_STARTS: Final = {
    1: "A", 5: "B", 10: "C", 35: "D", 36: "E", 41: "F", 45: "G", 49: "H", 55: "I", 58: "J", 64: "K", 68: "L",
    69: "M", 77: "N", 84: "O", 85: "P", 86: "Q", 90: "R", 94: "S", 97: "T", 99: "U",
}  # fmt: skip


def implausible(values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether factors lie outside the sensible bounds.

    Examples
    --------
    >>> implausible(np.array([1e-8, 0.03, 3.9, 9.2])).tolist()
    [True, False, False, True]
    """
    return np.asarray((values < LOWEST_SENSIBLE) | (values > HIGHEST_SENSIBLE), dtype=np.bool_)


def nace_section(code: str) -> str:
    """Section letter of a NACE Rev. 2 code or group of codes that begins with its division.

    Examples
    --------
    >>> nace_section("46"), nace_section("7"), nace_section("24.4-5"), nace_section("20A")
    ('G', 'B', 'C', 'C')
    """
    digits = "".join(char if char.isdigit() else " " for char in code).split()[0]
    starts = np.array(list(_SECTION_STARTS))
    return _SECTION_STARTS[int(starts[np.searchsorted(starts, int(digits[:2]), side="right") - 1])]


def group_means(factors: pd.Series) -> pd.DataFrame:
    """Mean factor of the narrowest NAICS group that has one, for the codes without.

    Parameters
    ----------
    factors
        kg CO2e per unit of money by NAICS code of six digits, NaN where there is none.

    Returns
    -------
    pandas.DataFrame
        One row per code without a factor for which a group of 5, 4 or 3 digits has one, indexed by code:
        ``value``, ``group`` (the digits), ``members`` (factors in the mean).
    """
    groups = []
    for length in (5, 4, 3):
        group = factors.index.str[:length]
        of_group = factors.groupby(group)
        groups.append(
            pd.DataFrame(
                {
                    "value": of_group.transform("mean"),
                    "group": group,
                    "members": of_group.transform("count"),
                },
                index=factors.index,
            )
        )
    narrowest = pd.concat([rows[factors.isna() & rows["value"].notna()] for rows in groups])
    return narrowest[~narrowest.index.duplicated(keep="first")]
