"""Frames with a schema: what fits passes quickly, and pandera converts or refuses the rest as ever."""

import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.errors import SchemaError, SchemaErrors
from pandera.typing.pandas import Series

from features.frames import Frame


class Plain(pa.DataFrameModel):
    name: Series[str] = pa.Field(unique=True)
    kind: Series[str] = pa.Field(isin=("a", "b", ""))
    share: Series[float] = pa.Field(nullable=True, ge=0)
    count: Series[int]
    day: Series[pd.Timestamp] = pa.Field(nullable=True)

    class Config:
        strict = True
        ordered = True
        coerce = True


class Quick(Plain, Frame):
    pass


def frame(**changed):
    columns = {"name": ["x", "y"], "kind": ["a", ""], "share": [0.5, float("nan")], "count": [1, 2]}
    return pd.DataFrame(columns | {"day": pd.to_datetime(["2024-02-29", None])} | changed)


@pytest.mark.parametrize(
    "given",
    [
        frame(),
        frame().iloc[:0],
        frame().astype({"name": object, "kind": object}),
        frame().astype(object),
        frame(share=[1, 2]),
        frame(share=pd.Series([0.25, None], dtype=object)),
        frame(count=["3", "4"]),
        frame(name=[1, 2]),
        frame().set_index(pd.Index([7, 9])),
    ],
)
def test_a_frame_becomes_what_pandera_makes_of_it(given):
    pd.testing.assert_frame_equal(Quick.validate(given), Plain.validate(given))


@pytest.mark.parametrize(
    "given",
    [
        frame(name=["x", "x"]),
        frame(name=["x", None]),
        frame(name=pd.Series(["x", None], dtype=object)),
        frame(kind=["a", "c"]),
        frame(share=[0.5, -0.5]),
        frame().drop(columns="day"),
        frame(more=0),
        frame()[["kind", "name", "share", "count", "day"]],
    ],
)
def test_a_frame_that_does_not_fit_is_refused_with_the_words_of_pandera(given):
    with pytest.raises((SchemaError, SchemaErrors)) as plain:
        Plain.validate(given)
    with pytest.raises((SchemaError, SchemaErrors)) as quick:
        Quick.validate(given)

    assert str(quick.value).replace("Quick", "Plain") == str(plain.value)


def test_changing_what_was_checked_does_not_change_what_was_given():
    given = frame()

    checked = Quick.validate(given)
    checked.loc[0, "name"] = "z"

    assert given["name"].tolist() == ["x", "y"]
