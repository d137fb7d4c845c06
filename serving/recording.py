"""Recording what the command line estimates: every line in the audit store, its bundle in the archive."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Final

import pandas as pd

from models.footprint import EstimateOptions, FootprintModel
from serving.overrides import apply_overrides, find_overrides
from serving.replay.archive import BundleArchive
from serving.result import EstimatedLedger
from serving.store import Actor, AuditStore
from serving.store.canonical import Json
from serving.store.estimates import record_estimates

_BLOCK: Final = 1_000


@dataclass(frozen=True)
class Recorder:
    """Where and for whom estimates are recorded.

    Parameters
    ----------
    database
        URL of the audit store.
    archive
        Of the bundles.
    tenant
        Whose lines they are.
    """

    database: str
    archive: BundleArchive
    tenant: str

    def with_known(
        self, model: FootprintModel, lines: pd.DataFrame, estimates: pd.DataFrame, options: EstimateOptions
    ) -> pd.DataFrame:
        """Apply what people know about the goods to estimates that are to be recorded.

        Parameters
        ----------
        model, lines, estimates, options
            As of :func:`serving.overrides.apply_overrides`.

        Raises
        ------
        StoreError
            If the store cannot be used.
        """
        with AuditStore(self.database) as store, store.reading(Actor.local(self.tenant)) as reading:
            known = find_overrides(reading, lines, options.money)
        return apply_overrides(model, lines, estimates, known, options)

    def record(self, result: EstimatedLedger, job_id: str) -> int:
        """Record every line of a result and say how many; all of them are kept, or none.

        The bundle must be in the archive: no record may refer to one that is not kept.

        Parameters
        ----------
        result
            From :func:`serving.estimation.estimate_ledgers`.
        job_id
            Name that all the lines are found by.

        Raises
        ------
        StoreError
            If the store cannot be used.
        MissingBundleError
            If the archive does not hold the bundle.
        """
        received: list[Json] = [
            {str(k): v for k, v in row.items()} for row in result.source.to_dict("records")
        ]
        with AuditStore(self.database) as store, store.writing(Actor.local(self.tenant)) as writing:
            self.archive.require(str(result.model_card["model_version"]))
            for options, rows in groupby(range(len(result.options)), result.options.__getitem__):
                of_options = list(rows)
                for start in range(0, len(of_options), _BLOCK):
                    block = of_options[start : start + _BLOCK]
                    part = slice(block[0], block[-1] + 1)
                    record_estimates(
                        writing,
                        received[part],
                        result.lines.iloc[part],
                        result.estimates.iloc[part],
                        options,
                        job_id,
                        result.additions[part],
                    )
        return len(received)


def job_name(files: Sequence[Path]) -> str:
    """Name a run of the command line after its first file and the time; no two runs share a name."""
    more = f"+{len(files) - 1}" if len(files) > 1 else ""
    return f"{files[0].name}{more} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {secrets.token_hex(3)}"
