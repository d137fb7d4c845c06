"""Commands about structured documents: check a folder, check rules, give an invoice back with footprints."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Invoices, orders and contracts: check them, give them back.", no_args_is_help=True)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Folder of documents, with all folders below.")],
) -> None:
    """Compare the lines of every document in a folder with the total that it states, as a Markdown table."""
    from serving.documents.formats.check import check_folder, markdown  # noqa: PLC0415

    typer.echo(markdown(check_folder(folder)))


@app.command()
def footprint(
    invoice: Annotated[Path, typer.Argument(help="UBL invoice or credit note.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The invoice with footprints in it.")],
    country: Annotated[
        str | None, typer.Option(help="Country of the buyer; else as the invoice says.")
    ] = None,
    factor_set: Annotated[
        str | None, typer.Option(help="Factor set for every line; else by country.")
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Folder of a model bundle; else the shipped one.")
    ] = None,
) -> None:
    """Give a UBL invoice back with the footprint of each line as a property of its item."""
    from serving.estimation import LedgerOptions  # noqa: PLC0415
    from serving.invoice_footprints import footprint_invoice  # noqa: PLC0415

    options = LedgerOptions(country=country, factor_set=factor_set)
    typer.echo(footprint_invoice(invoice, output, options, bundle))


@app.command()
def rules(
    document: Annotated[Path, typer.Argument(help="Invoice as XML.")],
    stylesheet: Annotated[Path, typer.Option(help="Compiled Schematron, as CEN publishes for EN 16931.")],
) -> None:
    """Apply the business rules of a standard to an invoice; leaves with status 1 where one is broken."""
    from serving.documents.formats.invoice_rules import check_rules  # noqa: PLC0415
    from serving.documents.readers import read_bytes  # noqa: PLC0415

    findings = check_rules(read_bytes(document), document.name, stylesheet)
    for finding in findings:
        where = f"line {finding.line}" if finding.line else "document"
        typer.echo(f"{finding.severity} {finding.rule} ({where}): {finding.text}")
    fatal = sum(finding.severity == "fatal" for finding in findings)
    typer.echo(f"{document.name}: {fatal} rules broken, {len(findings) - fatal} warnings.")
    if fatal:
        raise typer.Exit(1)
