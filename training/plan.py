"""What a training is asked to do, and how that is read back from a run."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from features.text import DEFAULT_ENCODER
from models.ranker import CategoryRanker
from training.joined_labels import DEFAULT_WEIGHT
from training.registry import SEED_PARAMETER, Registry, RunRecord, UnknownRunError
from training.share_alike import ShareAlike
from training.sources import QUICK_ROUNDS
from training.user_labels import USER_LABELS_ARTIFACT, USER_LABELS_PREFIX

_RANKER: Final = "ranker."
_SHARE_ALIKE: Final = "share_alike"


@dataclass(frozen=True)
class TrainingPlan:
    """What a training is asked to do.

    Attributes
    ----------
    encoder
        See :class:`features.text.TextEncoder`.
    seed
        Of the folds and of the random splits of the trees.
    quick
        Learn from at most a thousand lines a set, with few trees: minutes, to try something out.
    labels
        Files of a user's own labels that join the training.
    labels_weight
        Of such a label against that of the reference data.
    search_minutes
        Budget for a search of the ranker's parameters; 0 for none.
    ranker_parameters
        Of :class:`models.ranker.CategoryRanker`, exactly; by default its own, with the seed and the few trees
        of a quick training.
    share_alike
        Sets of products that join although their terms pass to the bundle.
    """

    encoder: str = DEFAULT_ENCODER
    seed: int = 0
    quick: bool = False
    labels: tuple[Path, ...] = ()
    labels_weight: float = DEFAULT_WEIGHT
    search_minutes: float = 0.0
    ranker_parameters: Mapping[str, Any] | None = None
    share_alike: tuple[ShareAlike, ...] = ()

    @classmethod
    def of_run(cls, run: RunRecord, folder: Path) -> Self:
        """Read the plan of a run, so that the run can be repeated.

        Labels come from the run's own artifacts. What a search has chosen is taken, not searched again.

        Parameters
        ----------
        run
            To be repeated.
        folder
            For copies of the labels.

        Raises
        ------
        UnknownRunError
            If the run has not kept its labels.
        """
        said = run.parameters
        return cls(
            encoder=said["encoder"],
            seed=int(said[SEED_PARAMETER]),
            quick=said["quick"] == str(True),
            labels=tuple(_kept_labels(run, folder)),
            labels_weight=float(said.get("labels_weight", DEFAULT_WEIGHT)),
            ranker_parameters={
                name.removeprefix(_RANKER): _value(text)
                for name, text in said.items()
                if name.startswith(_RANKER)
            },
            share_alike=tuple(ShareAlike(name) for name in said.get(_SHARE_ALIKE, "").split()),
        )

    @property
    def name(self) -> str:
        """Name of the run."""
        words = ["quick" if self.quick else "full", f"seed {self.seed}"]
        words += ["own labels"] * bool(self.labels) + ["search"] * bool(self.search_minutes)
        return ", ".join(words + ["share-alike"] * bool(self.share_alike))

    def tags(self) -> dict[str, str]:
        """Tags of the run, to find it among others."""
        return {
            "kind": "quick" if self.quick else "full",
            "own_labels": ", ".join(sorted(path.name for path in self.labels)) or "none",
        }

    def ranker(self) -> CategoryRanker:
        """Make the ranker that is to be fitted, or that a search begins with."""
        if self.ranker_parameters is not None:
            return CategoryRanker(**self.ranker_parameters)
        ranker = CategoryRanker(rounds=QUICK_ROUNDS, seeds=(0,)) if self.quick else CategoryRanker()
        ranker.set_params(seeds=tuple(self.seed + number for number in ranker.seeds))
        return ranker

    def parameters(self) -> dict[str, Any]:
        """Give what a run says about the plan, its ranker aside."""
        labelled = {"labels": len(self.labels), "labels_weight": self.labels_weight} if self.labels else {}
        searched = {"search_minutes": self.search_minutes} if self.search_minutes else {}
        asked_for = {_SHARE_ALIKE: " ".join(self.share_alike)} if self.share_alike else {}
        return {SEED_PARAMETER: self.seed, "quick": self.quick, **labelled, **searched, **asked_for}


def ranker_parameters(ranker: CategoryRanker) -> dict[str, Any]:
    """Give what a run says about the ranker that it fitted."""
    return {f"{_RANKER}{name}": value for name, value in ranker.get_params().items()}


def _kept_labels(run: RunRecord, folder: Path) -> list[Path]:
    names = [
        name.removeprefix(USER_LABELS_PREFIX) for name in run.data if name.startswith(USER_LABELS_PREFIX)
    ]
    registry = Registry(run.tracking_uri)
    kept = []
    for name in names:
        path = registry.artifact(run.run_id, f"{USER_LABELS_ARTIFACT}/{name}", folder)
        if path is None:
            raise UnknownRunError(
                f"Got run {run.run_id} without its labels {name}, expected the artifact "
                f"{USER_LABELS_ARTIFACT}/{name}: train again with `ledgerprint train --labels`."
            )
        kept.append(path)
    return kept


def _value(text: str) -> Any:
    """Read a parameter as MLflow keeps it: as text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
