"""Two bundles head to head: labelled lines, a ledger, speed and size."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from models.persistence import load_model
from models.totals import Total
from training.comparison import compare_scorecards, unpaired
from training.contenders import Contender
from training.estimate_moves import LedgerComparison, compare_on_ledger
from training.paired_bootstrap import Bootstrap

_NO_SCORECARD: Final = (
    "The labelled lines are not compared, because there is no scorecard of {names}: train it with "
    "`ledgerprint train` in this tracking store."
)


@dataclass(frozen=True)
class HeadToHead:
    """What a comparison found.

    Attributes
    ----------
    a, b
        The models.
    bytes_a, bytes_b
        Size of their bundles.
    bootstrap
        Seed and number of resamples.
    figures
        :class:`training.comparison.PairedFigures`; None where a model has no scorecard.
    pairs
        See :func:`training.comparison.unpaired`; None as well.
    ledger
        Moves, totals and speed; None where no lines were given.
    notes
        What a reader should know.
    """

    a: Contender
    b: Contender
    bytes_a: int
    bytes_b: int
    bootstrap: Bootstrap
    figures: pd.DataFrame | None
    pairs: pd.DataFrame | None
    ledger: LedgerComparison | None
    notes: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON takes it; kg CO2e, bytes, lines per second."""
        ledger = self.ledger
        return {
            "a": _described(self.a, self.bytes_a),
            "b": _described(self.b, self.bytes_b),
            "seed": self.bootstrap.seed,
            "replicates": self.bootstrap.replicates,
            "confidence": self.bootstrap.confidence,
            "figures": _records(self.figures),
            "pairs": _records(self.pairs),
            "ledger": ledger
            and {
                "lines": ledger.lines,
                "total_a": _range(ledger.total_a),
                "total_b": _range(ledger.total_b),
                "lines_per_second_a": ledger.lines_per_second_a,
                "lines_per_second_b": ledger.lines_per_second_b,
                "speed_ratio": ledger.speed_ratio,
                "speed_ratio_low": ledger.speed_ratio_low,
                "speed_ratio_high": ledger.speed_ratio_high,
                "moves": _records(ledger.moves),
            },
            "notes": self.notes,
        }


def compare(a: Contender, b: Contender, lines: pd.DataFrame | None, bootstrap: Bootstrap) -> HeadToHead:
    """Compare two models.

    Parameters
    ----------
    a, b
        See :func:`training.contenders.find_contender`.
    lines
        :class:`features.line_items.LineItems` that both estimate and are timed on; None leaves that out.
    bootstrap
        Seed and number of resamples.

    Raises
    ------
    BundleError, EncoderMismatchError
        If a bundle cannot be loaded.
    """
    unscored = [contender.name for contender in (a, b) if contender.scorecard is None]
    notes = [_NO_SCORECARD.format(names=" and ".join(unscored))] if unscored else []
    figures = pairs = None
    if a.scorecard is not None and b.scorecard is not None:
        figures = compare_scorecards(a.scorecard, b.scorecard, bootstrap)
        pairs = unpaired(a.scorecard, b.scorecard)
    ledger = None
    if lines is not None:
        ledger = compare_on_ledger(load_model(a.bundle), load_model(b.bundle), lines)
    return HeadToHead(a, b, _bytes(a.bundle), _bytes(b.bundle), bootstrap, figures, pairs, ledger, notes)


def _described(contender: Contender, size: int) -> dict[str, Any]:
    return {
        "name": contender.name,
        "version": contender.version,
        "run_id": contender.run.run_id if contender.run else None,
        "bytes": size,
    }


def _records(frame: pd.DataFrame | None) -> list[dict[Any, Any]] | None:
    """Rows of a frame; JSON has no NaN, so that a missing number is null."""
    if frame is None:
        return None
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _range(total: Total) -> dict[str, float]:
    return {
        "kg_co2e": total.kg_co2e,
        "kg_co2e_low": total.kg_co2e_low,
        "kg_co2e_high": total.kg_co2e_high,
    }


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
