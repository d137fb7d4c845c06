"""What is estimated: category, footprint and its range, and the bundle that carries all of it.

:func:`load_model` reads a bundle, :meth:`FootprintModel.predict` turns line items into estimates,
:func:`total` adds estimates up.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from models.estimates import Estimates
    from models.footprint import EstimateOptions, FootprintModel
    from models.persistence import load_model, save_model
    from models.totals import Total, total

__all__ = ["EstimateOptions", "Estimates", "FootprintModel", "Total", "load_model", "save_model", "total"]

_HOME: Final = {
    "EstimateOptions": "models.footprint",
    "Estimates": "models.estimates",
    "FootprintModel": "models.footprint",
    "Total": "models.totals",
    "load_model": "models.persistence",
    "save_model": "models.persistence",
    "total": "models.totals",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: a command that only prints help pays for none."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
