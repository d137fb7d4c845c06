"""The sheet of factors: each factor that valued a line, with its source, licence and credit line."""

from typing import Final

import pandas as pd

from serving.result import EstimatedLedger

FACTOR_COLUMNS: Final = (
    "factor_id", "value", "unit", "lines", "kg_co2e", "source", "licence", "attribution",
)  # fmt: skip


def factors_used(result: EstimatedLedger) -> pd.DataFrame:
    """List the factors that valued at least one line, the largest footprint first.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`FACTOR_COLUMNS`. ``source`` names publication and cell; a factor by mass is learned,
        and names the nearest published footprints.
    """
    valued = result.estimates[result.estimates["factor_id"] != ""]
    keys = ["factor_id", "factor_value", "factor_unit", "factor_source"]
    table = (
        valued.groupby(keys, sort=False, dropna=False)
        .agg(lines=("line_id", "size"), kg_co2e=("kg_co2e", "sum"))
        .reset_index()
        .rename(columns={"factor_value": "value", "factor_unit": "unit", "factor_source": "source"})
    )
    terms = [_terms(str(source), result.factor_sources) for source in table["source"]]
    table["licence"] = [licence for licence, _ in terms]
    table["attribution"] = [attribution for _, attribution in terms]
    table = table.sort_values("kg_co2e", key=abs, ascending=False, kind="stable", ignore_index=True)
    return table[list(FACTOR_COLUMNS)]


def _terms(source: str, known: pd.DataFrame) -> tuple[str, str]:
    """Licences and credit lines of the sets and publications that a factor's source names."""
    named = known[
        [
            str(row.title) in source or f"({row.set_id}," in source
            for row in known[["title", "set_id"]].itertuples(index=False)
        ]
    ]
    return "; ".join(dict.fromkeys(named["licence"])), "; ".join(dict.fromkeys(named["attribution"]))
