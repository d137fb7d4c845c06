"""The phrases that notes on a document are put together from."""

from typing import Final

import pandas as pd

_EXAMPLES: Final = 3


def lines_text(count: int) -> str:
    """Write a number of lines, ``1 line`` or ``1,204 lines``."""
    return f"{count:,} {'line' if count == 1 else 'lines'}"


def cells_text(cells: pd.Series) -> str:
    """Write how many cells there are and what the first of them say: ``2 cells ("n/a", "?")``."""
    shown = ", ".join(f'"{str(cell).strip()}"' for cell in cells.unique()[:_EXAMPLES])
    return f"{len(cells):,} {'cell' if len(cells) == 1 else 'cells'} ({shown})"
