"""The model as MLflow sees it: a frame of line items in, a frame of estimates out.

MLflow stores this file itself (models from code) and runs it when the model is loaded: no object is pickled.
:func:`training.model_logging.log_pyfunc` logs it, with the bundle as the artifact ``bundle``.
"""

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from features.line_items import line_items
from models import FootprintModel, load_model


class FootprintPyfunc(PythonModel):
    """A footprint model behind MLflow's own interface."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read the bundle, after checking every byte of it."""
        self.model: FootprintModel = load_model(Path(context.artifacts["bundle"]))

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002 - MLflow's interface
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> pd.DataFrame:
        """Estimate line items.

        Parameters
        ----------
        context, params
            Not used.
        model_input
            n rows with any of the fields of :class:`features.line_items.LineItems`.

        Returns
        -------
        pandas.DataFrame
            :class:`models.estimates.Estimates`, n rows in the same order.
        """
        return self.model.predict(line_items(model_input))


mlflow.models.set_model(FootprintPyfunc())
