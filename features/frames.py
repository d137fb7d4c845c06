"""Frames with a declared schema, checked quickly where nothing is wrong with them."""

from functools import cache
from typing import Any, Final, cast

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame

_ALL_OF_A_KIND: Final = {"str": "string", "float64": "floating"}
"""What pandas finds in a column of objects that can be taken for a dtype without changing a value."""


class Frame(pa.DataFrameModel):
    """A schema whose check costs little for a frame that fits.

    Pandera looks at each column through some dozen layers, about a millisecond a column however few the rows
    are; a single line passes eight schemas on its way to an estimate. So what fits is let through after the
    same checks in plain pandas, and everything else goes to pandera, which converts it or says what is wrong.
    """

    @classmethod
    def validate(cls, check_obj: pd.DataFrame, *args: Any, **kwargs: Any) -> DataFrame[Any]:
        """Check a frame; see :meth:`pandera.pandas.DataFrameModel.validate`."""
        fitting = None if args or kwargs else _fitting(cls, check_obj)
        found = super().validate(check_obj, *args, **kwargs) if fitting is None else fitting
        return cast("DataFrame[Any]", found)


def _fitting(model: type[Frame], frame: pd.DataFrame) -> pd.DataFrame | None:
    """Give a frame with exactly the columns, dtypes and values that a schema asks for, else ``None``."""
    schema = model.to_schema()
    if schema.checks or schema.unique or schema.index or list(frame.columns) != list(schema.columns):
        return None
    out = frame.copy(deep=False)
    for name, dtype in _dtypes(model).items():
        values = frame[name]
        if values.dtype != dtype:
            if values.dtype != object or pd.api.types.infer_dtype(values, skipna=False) != _ALL_OF_A_KIND.get(
                str(dtype)
            ):
                return None
            out[name] = values = values.astype(dtype)
        column = schema.columns[name]
        if (not column.nullable and values.hasnans) or (column.unique and not values.is_unique):
            return None
        if not all(check(values).check_passed for check in column.checks):
            return None
    return out


@cache
def _dtypes(model: type[Frame]) -> dict[str, Any]:
    """Give the dtype that each column has once pandera has converted it."""
    schema = model.to_schema()
    empty = pd.DataFrame({name: pd.Series(dtype=object) for name in schema.columns})
    return {str(name): dtype for name, dtype in schema.validate(empty).dtypes.items()}
