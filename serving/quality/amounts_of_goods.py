"""Findings about quantities: whether there is one, in a unit that says how much."""

from typing import Final

import numpy as np

from features.quantities import UnitKind, read_unit
from serving.quality.findings import Finding, Subject
from serving.quality.ledger import CheckedLedger

_IMPERIAL: Final = frozenset({"GB", "IE"})


def find(ledger: CheckedLedger) -> list[Finding]:
    """Find lines without a quantity, and units that are not understood or measure nothing."""
    lines = ledger.lines
    stated = lines["quantity"].notna().to_numpy() & (lines["quantity"] != 0).to_numpy()
    units = list(zip(lines["unit"], lines["country"].isin(_IMPERIAL), strict=True))
    kinds = {pair: read_unit(pair[0], imperial=bool(pair[1])).kind for pair in set(units)}
    kind = np.array([kinds[pair].value for pair in units], dtype=object)
    # "box of 200" is no unit of a table, but its figure is read with the text
    figures = lines["unit"].str.contains(r"\d", regex=True).to_numpy(dtype=bool)
    strange = stated & (kind == UnitKind.UNKNOWN.value) & ~figures
    nothing = stated & (kind == UnitKind.OTHER.value)
    told = {row: f'unit "{lines["unit"].iloc[row]}"' for row in np.flatnonzero(strange | nothing).tolist()}
    return [
        Finding(
            "quantity_missing",
            Subject.QUANTITY,
            "No quantity",
            "The line states no quantity, or zero.",
            "Export quantity and unit of the order line: goods are then valued by mass.",
            ~stated,
        ),
        Finding(
            "unit_unknown",
            Subject.QUANTITY,
            "Unit not understood",
            "There is a quantity, but its unit is neither a code of UNECE Recommendations 20 and 21 nor "
            "a known word.",
            "Write the unit as a UNECE code (KGM, LTR, EA) or a plain word.",
            strange,
            told,
        ),
        Finding(
            "unit_no_amount",
            Subject.QUANTITY,
            "Unit of a service or of energy",
            "The unit counts time, energy, journeys or the like rather than goods.",
            "",
            nothing,
            told,
        ),
    ]
