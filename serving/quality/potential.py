"""The potential: what mending the data would do to the range of the total, worked out from the model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.footprint import FootprintModel
from models.intervals import interval
from models.totals import total
from serving.quality.findings import Finding, Rows
from serving.quality.ledger import CheckedLedger

_CLEARLY: Final = 0.75
"""As in the ladder: the mass route takes over where its error is smaller by this factor."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scenario:
    """A state of the data, and the total with its range in it, kg CO2e.

    ``basis`` is the code of the scenario whose width this one is to be compared with; "" for a basis itself.
    """

    code: str
    title: str
    method: str
    lines: int
    kg: float
    kg_low: float
    kg_high: float
    basis: str = ""

    @property
    def width(self) -> float:
        """Upper less lower end, kg CO2e."""
        return self.kg_high - self.kg_low


def potential(
    ledger: CheckedLedger,
    estimates: pd.DataFrame,
    model: FootprintModel,
    parts: pd.DataFrame,
    findings: Mapping[str, Finding],
) -> list[Scenario]:
    """Work out the total as the data are, and as they would be with one thing mended at a time.

    Parameters
    ----------
    ledger, estimates
        n lines, and what the model says of them.
    model
        By which they were estimated.
    parts
        From :func:`models.range_parts.range_parts`, of the n lines.
    findings
        By code; duplicates are taken from them.

    Returns
    -------
    list of Scenario
        Central figures of lines stay as they are: only ranges change, and which lines count. What concerns
        no line is left out.
    """
    now = _Ranges.of(estimates, ledger)
    by_money = (estimates["method"] == "spend-based").to_numpy()
    category = np.where(by_money, np.nan_to_num(parts["category"].to_numpy(dtype=np.float64)), 0.0)
    without_doubt = np.sqrt(np.clip(np.square(now.half_width) - np.square(category), 0.0, None))
    product = np.where(by_money, np.hypot(now.half_width, model.ladder.product_half_width_), now.half_width)
    mass = parts["by_mass"].to_numpy(dtype=np.float64)
    weighed = by_money & (np.nan_to_num(mass, nan=np.inf) < _CLEARLY * product)
    unclear = now.unclear & now.valued
    copies = _copies(findings, len(estimates)) & now.valued
    told = [
        now.scenario(
            "as_is",
            "As the data are",
            "Total and range as `ledgerprint estimate` gives them.",
            int(now.valued.sum()),
        ),
        now.scenario(
            "categories_known",
            "Every category is known",
            "The calibrated doubt about the category is taken out of the range of every line valued by "
            "money; the "
            "factor's own doubt and price noise stay.",
            int((by_money & now.valued).sum()),
            half_width=without_doubt,
            basis="as_is",
        ),
        now.scenario(
            "unclear_are_purchases",
            "Unclear lines: all are purchases",
            "The ranges of lines that may be no purchases no longer reach zero.",
            int(unclear.sum()),
            certain=True,
            basis="as_is",
        ),
        now.scenario(
            "unclear_are_none",
            "Unclear lines: none is a purchase",
            "Lines that may be no purchases are left out.",
            int(unclear.sum()),
            keep=~now.unclear,
            basis="as_is",
        ),
        now.scenario(
            "copies_left_out",
            "Likely double bookings left out",
            "Lines found as repeated or booked twice are left out, the first of each stays.",
            int(copies.sum()),
            keep=~copies,
            basis="as_is",
        ),
        *_weighed(now, ledger, product, np.where(weighed, mass, product), weighed & now.valued),
    ]
    return [one for one in told if one.lines]


def _weighed(
    now: "_Ranges", ledger: CheckedLedger, product: Floats, by_mass: Floats, weighed: Rows
) -> list[Scenario]:
    """Compare goods as they are with themselves if they were weighed; only these, as others are no goods."""
    if not weighed.any():
        return []
    count = int(weighed.sum())
    return [
        now.scenario(
            "goods_by_money",
            "Goods that could be weighed, by money",
            "Only lines valued by money that would be valued by mass if their kilograms were stated, as the "
            "footprint of a kilogram of something much like them is known. A factor by money is the mean of "
            "a sector: the range is wider than above by how far single products lie from it. Different "
            "descriptions err independently of each other.",
            count,
            half_width=product,
            together=ledger.text,
            keep=weighed,
        ),
        now.scenario(
            "goods_by_mass",
            "The same goods, if their kilograms were known",
            "These goods get the range of the figure by mass with stated kilograms.",
            count,
            half_width=by_mass,
            together=ledger.text,
            keep=weighed,
            basis="goods_by_money",
        ),
    ]


def _copies(findings: Mapping[str, Finding], count: int) -> Rows:
    copies = np.zeros(count, dtype=bool)
    for code in ("line_repeated", "booked_twice"):
        copies |= findings[code].rows
    return copies


@dataclass(frozen=True)
class _Ranges:
    """Figures of n lines, kg CO2e, and the half-widths of their ranges in logarithms."""

    kg: Floats
    half_width: Floats
    category: pd.Series
    unclear: Rows

    @classmethod
    def of(cls, estimates: pd.DataFrame, ledger: CheckedLedger) -> "_Ranges":
        kg = estimates["kg_co2e"].to_numpy(dtype=np.float64)
        ends = estimates[["kg_co2e_low", "kg_co2e_high"]].abs().max(axis=1).to_numpy(dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            half_width = np.nan_to_num(np.log(np.maximum(ends / np.abs(kg), 1.0)))
        unclear = ledger.screened["decision"].eq("unclear").to_numpy()
        return cls(kg, half_width, estimates["category_code"], unclear)

    @property
    def valued(self) -> Rows:
        """Lines with a figure."""
        return np.asarray(np.isfinite(self.kg) & (self.kg != 0))

    def scenario(
        self,
        code: str,
        title: str,
        method: str,
        lines: int,
        *,
        half_width: Floats | None = None,
        certain: bool = False,
        keep: Rows | None = None,
        together: pd.Series | None = None,
        basis: str = "",
    ) -> Scenario:
        low, high = interval(self.kg, self.half_width if half_width is None else half_width)
        if not certain:
            low = np.where(self.unclear, np.minimum(low, 0.0), low)
            high = np.where(self.unclear, np.maximum(high, 0.0), high)
        figures = pd.DataFrame({"kg_co2e": self.kg, "kg_co2e_low": low, "kg_co2e_high": high}).assign(
            category_code=(self.category if together is None else together).to_numpy()
        )
        summed = total(figures if keep is None else figures[keep])
        return Scenario(
            code, title, method, lines, summed.kg_co2e, summed.kg_co2e_low, summed.kg_co2e_high, basis
        )
