"""Estimating lines that somebody asks about: read, valued when it is their turn, with what people know."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import anyio.to_thread
import pandas as pd

from models.footprint import EstimateOptions, FootprintModel
from serving.api.backend import Backend
from serving.documents.goods_numbers import gtin_notes
from serving.operations.traces import span
from serving.overrides import LineOverrides, apply_overrides, find_overrides
from serving.request_lines import RequestLines, read_lines
from serving.store import Actor


@dataclass(frozen=True)
class AskedLines:
    """Lines that are asked about: the API and the pages answer the same about them.

    Parameters
    ----------
    lines
        As read.
    options
        For all of them.
    overrides
        What people know about the goods of each.
    """

    lines: RequestLines
    options: EstimateOptions
    overrides: list[LineOverrides]

    @classmethod
    def read(
        cls, raw: Sequence[object], options: EstimateOptions, back: Backend, actor: Actor
    ) -> "AskedLines":
        """Read lines as parsed from JSON, and look up what people know about their goods."""
        with span("read the lines", {"lines": len(raw)}):
            lines = read_lines(raw)
        with span("look up what people know"), back.get_store().reading(actor) as reading:
            overrides = find_overrides(reading, lines.items, options.money)
        return cls(lines, options, overrides)

    @cached_property
    def notes(self) -> list[str]:
        """What is added to the model's explanation of each line."""
        return gtin_notes(self.lines.items)

    async def estimated(self, back: Backend) -> pd.DataFrame:
        """Estimate the lines when it is their turn.

        Returns
        -------
        pandas.DataFrame
            :class:`models.estimates.Estimates`, one a line, with what people know and the notes.

        Raises
        ------
        HTTPException
            503, if the turn takes too long to come.
        UnknownFactorSetError
            If the options name a set that the model does not hold.
        """
        found = await back.turn.predict(back.get_model, self.lines.items, self.options)
        if any(self.overrides):
            async with back.turn.taken():
                found = await anyio.to_thread.run_sync(partial(self._overridden, back.get_model(), found))
        return found.assign(explanation=found["explanation"] + self.notes)

    def _overridden(self, model: FootprintModel, found: pd.DataFrame) -> pd.DataFrame:
        with span("apply what people know"):
            return apply_overrides(model, self.lines.items, found, self.overrides, self.options)
