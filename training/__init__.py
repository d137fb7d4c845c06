"""How models come to be: the reference entries, training as an MLflow run, and evaluation on labelled goods.

:func:`evaluate` measures a category model; training itself is :func:`training.train.train`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from training.evaluation import Evaluation, evaluate
    from training.labelled_sets import LabelledSet, labelled_sets
    from training.reference_entries import reference_entries

__all__ = ["Evaluation", "LabelledSet", "evaluate", "labelled_sets", "reference_entries"]

_HOME: Final = {
    "Evaluation": "training.evaluation",
    "LabelledSet": "training.labelled_sets",
    "evaluate": "training.evaluation",
    "labelled_sets": "training.labelled_sets",
    "reference_entries": "training.reference_entries",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: neither MLflow nor the encoder loads before."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
