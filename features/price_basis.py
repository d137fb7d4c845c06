"""From what a buyer pays to what a producer receives: trade and transport margins.

A factor at basic prices counts the emissions per unit of money that reaches the producer. A purchaser price
also holds the margins of wholesale, retail and transport, and these cause emissions of their own. Docs:
decision 0003.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.price_tables import PriceTables

TRANSPORT_SHARE_OF_MARGINS: Final = 0.2
"""Share of transport in all margins on goods; trade is the rest.

US Bureau of Economic Analysis, margins of 2017, intermediate use of goods and services without imports:
transport 249, wholesale 840 and retail 147 billion USD.
"""


def producer_shares(tables: PriceTables, naics_codes: Sequence[str]) -> npt.NDArray[np.float64]:
    """Share of the purchaser price that the producer receives.

    Parameters
    ----------
    tables
        The price tables.
    naics_codes
        n categories, NAICS 2017, six digits.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        The mean over the industries of a category; 1 for a category without margins, such as services and
        trade itself. US margins of 2017 stand in for those of every country.
    """
    joined = tables.sectors.merge(tables.producer_shares, on="bea_code")
    by_category = joined.groupby("naics_code")["producer_share"].mean()
    return by_category.reindex(pd.Index(naics_codes)).fillna(1.0).to_numpy(dtype=np.float64)


def margin_factor(
    trade_kg_co2e: npt.NDArray[np.float64], transport_kg_co2e: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Factor of one unit of money of margins: trade and transport by their usual shares.

    Parameters
    ----------
    trade_kg_co2e, transport_kg_co2e
        kg CO2e per unit of money, basic price, of retail trade and of land transport.

    Examples
    --------
    >>> float(margin_factor(np.array(0.3), np.array(0.8)).round(3))
    0.4
    """
    return (1 - TRANSPORT_SHARE_OF_MARGINS) * trade_kg_co2e + TRANSPORT_SHARE_OF_MARGINS * transport_kg_co2e


def basic_price_rates(
    producer_share: npt.NDArray[np.float64],
    factor: npt.NDArray[np.float64],
    margins: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Find the basic price that causes the same emissions as one unit of money at purchaser price.

    The producer's part ``s`` is valued with the category's own factor ``f``, the margins ``1 - s`` with
    theirs ``m``: ``s f + (1 - s) m = r f``. Money times ``r`` can be multiplied by the published ``f``.

    Parameters
    ----------
    producer_share
        n shares of the purchaser price.
    factor
        kg CO2e per unit of money at basic price, shape (n, m) for m years; NaN stays NaN.
    margins
        kg CO2e per unit of money of margins, shape (m,).

    Returns
    -------
    numpy.ndarray of float64, shape (n, m)
        Rates; 1 where there are no margins.

    Examples
    --------
    >>> basic_price_rates(np.array([0.8, 1.0]), np.array([[0.8], [0.1]]), np.array([0.4])).round(3).tolist()
    [[0.9], [1.0]]
    """
    share = producer_share[:, np.newaxis]
    return share + (1 - share) * margins[np.newaxis, :] / factor
