"""The parts of the service: the model from the archive, the audit store, the baseline of drift."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import pandas as pd

from features.line_items import line_items
from models.footprint import FootprintModel
from models.persistence import load_model
from serving.database import open_store
from serving.operations.baselines import kept_baseline
from serving.operations.drift import DriftBaseline
from serving.operations.parts import Part, load_in_background
from serving.quality.reference import Reference, kept_reference
from serving.replay.archive import BundleArchive, archive_of
from serving.report.charts import start_drawing
from serving.settings import ServiceSettings
from serving.store import AuditStore


@dataclass(frozen=True)
class ServiceParts:
    """What a process of the service works with.

    Parameters
    ----------
    model, store, baseline
        Each loaded once.
    archive
        Of bundles, which the model is loaded from.
    past
        Gives the model of an earlier version from the archive.
    """

    model: Part[FootprintModel]
    store: Part[AuditStore]
    baseline: Part[DriftBaseline]
    archive: BundleArchive
    past: Callable[[str], FootprintModel]

    @classmethod
    def from_settings(cls, settings: ServiceSettings) -> Self:
        """Say what is to be loaded, and from where; nothing is, yet."""
        archive = archive_of(settings.database, settings.bundles)

        def answering_model() -> FootprintModel:
            # what made recorded estimates must be kept: it is loaded from there
            model = load_model(archive.keep(settings.bundle), settings.threads)
            desk = {"description": ["desk"], "amount": [1.0], "currency": ["USD"], "country": ["US"]}
            model.predict(line_items(pd.DataFrame(desk)))
            return model

        model = Part("model", answering_model)
        return cls(
            model=model,
            store=Part("audit store", lambda: open_store(settings.database)),
            baseline=Part("baseline of drift", lambda: kept_baseline(model.get(), archive.folder)),
            archive=archive,
            # one of them is kept at hand: a person looks at one ledger at a time
            past=lru_cache(maxsize=1)(lambda version: load_model(archive.find(version), settings.threads)),
        )

    def model_of(self, version: str) -> FootprintModel:
        """Give the model of a version, the served one or a past one.

        Raises
        ------
        LedgerprintError
            If it cannot be loaded.
        """
        served = self.model.get()
        return served if served.version == version else self.past(version)

    def reference(self) -> Reference:
        """Give the tables that a ledger's data are checked by, of the bundle that is served.

        Raises
        ------
        LedgerprintError
            If it cannot be loaded.
        """
        return kept_reference(self.archive.folder / self.model.get().version)

    def load(self) -> None:
        """Load everything in the background; none of them waits for another."""
        load_in_background([self.store])
        load_in_background([self.model, self.baseline])
        load_in_background([Part("drawing", start_drawing)])

    def close(self) -> None:
        """Give connections back."""
        if self.store.loaded is not None:
            self.store.loaded.close()

    def model_kept_at(self) -> float | None:
        """Say when the archive first kept the model, in seconds since 1970."""
        if self.model.loaded is None:
            return None
        return self.archive.kept_at(self.model.loaded.version).timestamp()
