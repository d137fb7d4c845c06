"""Standard rates of value added tax, for ledgers whose amounts include it."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import LedgerprintError


class InvalidVatRateError(LedgerprintError):
    """A VAT rate that no country has."""


STANDARD_VAT_RATES: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "AT": (("2015-01-01", 0.20),),
    "BE": (("2015-01-01", 0.21),),
    "BG": (("2015-01-01", 0.20),),
    "CH": (("2015-01-01", 0.080), ("2018-01-01", 0.077), ("2024-01-01", 0.081)),
    "CY": (("2015-01-01", 0.19),),
    "CZ": (("2015-01-01", 0.21),),
    "DE": (("2015-01-01", 0.19), ("2020-07-01", 0.16), ("2021-01-01", 0.19)),
    "DK": (("2015-01-01", 0.25),),
    "EE": (("2015-01-01", 0.20), ("2024-01-01", 0.22), ("2025-07-01", 0.24)),
    "ES": (("2015-01-01", 0.21),),
    "FI": (("2015-01-01", 0.24), ("2024-09-01", 0.255)),
    "FR": (("2015-01-01", 0.20),),
    "GB": (("2011-01-04", 0.20),),
    "GR": (("2015-01-01", 0.23), ("2016-06-01", 0.24)),
    "HR": (("2015-01-01", 0.25),),
    "HU": (("2015-01-01", 0.27),),
    "IE": (("2015-01-01", 0.23), ("2020-09-01", 0.21), ("2021-03-01", 0.23)),
    "IT": (("2015-01-01", 0.22),),
    "LT": (("2015-01-01", 0.21),),
    "LU": (("2015-01-01", 0.17), ("2023-01-01", 0.16), ("2024-01-01", 0.17)),
    "LV": (("2015-01-01", 0.21),),
    "MT": (("2015-01-01", 0.18),),
    "NL": (("2015-01-01", 0.21),),
    "NO": (("2015-01-01", 0.25),),
    "PL": (("2015-01-01", 0.23),),
    "PT": (("2015-01-01", 0.23),),
    "RO": (("2015-01-01", 0.24), ("2016-01-01", 0.20), ("2017-01-01", 0.19), ("2025-08-01", 0.21)),
    "SE": (("2015-01-01", 0.25),),
    "SI": (("2015-01-01", 0.22),),
    "SK": (("2015-01-01", 0.20), ("2025-01-01", 0.23)),
}
"""Country (ISO 3166-1 alpha-2) to the standard rate from each day on, 2015 to 2025.

A day before the first entry takes the first entry.
"""

COUNTRIES_WITHOUT_VAT: Final = frozenset({"BM", "BN", "HK", "KW", "KY", "QA", "US"})
"""Countries that levy none (PwC, Worldwide Tax Summaries): amounts there cannot include it."""

STANDARD_VAT_SOURCE: Final = (
    "European Commission, Taxes in Europe Database; HM Revenue and Customs, VAT rates; "
    "Swiss Federal Tax Administration; Norwegian Tax Administration"
)


def standard_vat_rates(countries: pd.Series, dates: pd.Series) -> npt.NDArray[np.float64]:
    """Look up the standard VAT rate of each country on each day.

    Parameters
    ----------
    countries
        n ISO 3166-1 alpha-2 codes.
    dates
        n days, none missing.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Share of the net price (0.2 is 20%); NaN for a country that is not in :data:`STANDARD_VAT_RATES`.
    """
    rates = np.full(len(countries), np.nan)
    days = dates.to_numpy(dtype="datetime64[D]")
    for country in pd.unique(countries):
        steps = STANDARD_VAT_RATES.get(str(country))
        if steps is None:
            continue
        starts = np.array([start for start, _ in steps], dtype="datetime64[D]")
        values = np.array([value for _, value in steps])
        rows = (countries == country).to_numpy(dtype=bool)
        rates[rows] = values[np.searchsorted(starts, days[rows], side="right").clip(1) - 1]
    return rates


def checked_vat_rate(rate: float) -> float:
    """Hand back a rate that a user gave, if it can be one.

    Raises
    ------
    InvalidVatRateError
        If ``rate`` is not between 0 and 1.

    Examples
    --------
    >>> checked_vat_rate(0.2)
    0.2
    """
    if not 0 <= rate <= 1:
        raise InvalidVatRateError(
            f"The VAT rate is {rate:g}, expected a share of the net price between 0 and 1: write 20% as 0.2."
        )
    return rate
