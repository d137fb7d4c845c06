"""What the routes work with: the model, the audit store, the limits and the turn."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import Request

from data.errors import BundleError
from models.bundle import DEFAULT_BUNDLE
from models.footprint import FootprintModel
from serving.api.turn import Turn
from serving.jobs.settings import JobSettings
from serving.ledgers import Ledgers
from serving.ledgers.memory import Memory
from serving.operations.drift import DriftBaseline
from serving.quality.reference import Reference, kept_reference
from serving.rate_limits import RateLimits
from serving.replay.archive import BundleArchive
from serving.replay.restatement import Diff
from serving.store import AuditStore

ComparedModels = tuple[str, str, str]
"""Tenant, digest of the recorded lines, version of the model that estimated them anew."""
_COMPARISONS_BYTES: Final = 16 << 20


def _shipped_reference() -> Reference:
    return kept_reference(DEFAULT_BUNDLE)


def _no_baseline() -> DriftBaseline | None:
    return None


@dataclass(frozen=True)
class Backend:
    """What the routes work with.

    Parameters
    ----------
    get_model
        Gives the model; called once a request.
    get_store
        Gives the audit store; called once a request.
    turn
        For the model.
    rates
        How much each key may ask in a minute.
    promotion_log
        File of the promotion log, ``None`` where this machine has none.
    jobs
        Where the files of jobs lie, and how they are announced.
    get_model_of
        Gives the model of a version, the present or a past one; ``None`` where there is no archive.
    get_reference
        Gives the tables of the present model's bundle that a ledger's data are checked by.
    archive
        Of the bundles that made recorded estimates, ``None`` where there is none.
    get_baseline
        Gives the baseline of drift of the present model, ``None`` until it was worked out.

    Attributes
    ----------
    ledgers
        The recorded ledgers, each opened once for all requests.
    comparisons
        Of two models on recorded lines, those looked at last.
    """

    get_model: Callable[[], FootprintModel]
    get_store: Callable[[], AuditStore]
    turn: Turn = field(default_factory=Turn)
    rates: RateLimits = field(default_factory=RateLimits)
    promotion_log: Path | None = None
    jobs: JobSettings = field(default_factory=JobSettings)
    get_model_of: Callable[[str], FootprintModel] | None = None
    get_reference: Callable[[], Reference] = _shipped_reference
    archive: BundleArchive | None = None
    get_baseline: Callable[[], DriftBaseline | None] = _no_baseline
    ledgers: Ledgers = field(init=False)
    comparisons: Memory[ComparedModels, Diff] = field(
        init=False, default_factory=lambda: Memory(_COMPARISONS_BYTES)
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "ledgers", Ledgers(self.jobs, self.model_of_job))

    def model_of_job(self, version: str) -> FootprintModel:
        """Give the model that made the estimates of a job; of "" the present one.

        Raises
        ------
        BundleError
            If it is a past one, and there is no archive.
        """
        present = self.get_model()
        if version in {"", present.version}:
            return present
        if self.get_model_of is None:
            raise BundleError(
                f"Got estimates of the model {version}, expected those of {present.version}: this service "
                "keeps no archive of past models."
            )
        return self.get_model_of(version)


async def _backend(request: Request) -> Backend:
    backend: Backend = request.app.state.backend
    return backend


Back = Annotated[Backend, Depends(_backend)]
