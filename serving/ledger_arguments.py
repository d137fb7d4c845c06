"""What the command line lets a user say about a ledger: commands that read ledgers share it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Country = Annotated[str | None, typer.Option(help="Country of the buyer, GB or United Kingdom.")]
Currency = Annotated[str | None, typer.Option(help="Currency of amounts that name none, GBP.")]
Day = Annotated[str | None, typer.Option("--date", help="Date of lines without one, 2024-03-31.")]
Mapping = Annotated[
    list[str] | None,
    typer.Option("--map", help='Column of a field, description="Item Text"; repeatable.'),
]
FactorSet = Annotated[str | None, typer.Option(help="Factor set for every line; else by country.")]
Vat = Annotated[
    Literal["included", "excluded"] | None,
    typer.Option(help="Whether amounts include VAT; else by header."),
]
VatRate = Annotated[float | None, typer.Option(help="VAT rate to take off, 0.2; else the standard rate.")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook; else the one most like a ledger.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="Also say what decided about each category: slower.")
]
Files = Annotated[
    list[Path],
    typer.Argument(
        help="Ledgers (CSV, XLSX, XLS, ODS, Parquet, JSON), invoices and orders (UBL, CII, cXML, PDF), "
        "OCDS, lists of scans, or a ZIP of any of them."
    ),
]
Suppliers = Annotated[
    Path | None,
    typer.Option(help="CSV of supplier, category (NAICS 2017, or a column scheme) for lines without a code."),
]
Bundle = Annotated[Path | None, typer.Option(help="Folder of a model bundle; else the shipped one.")]
