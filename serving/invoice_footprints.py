"""Invoices out: a UBL invoice given back with the footprint of each of its lines."""

from pathlib import Path

from data.whole_files import write_whole
from models.bundle import DEFAULT_BUNDLE
from models.persistence import load_model
from serving.documents.formats.ubl_footprints import with_footprints
from serving.documents.readers import read_bytes
from serving.estimation import LedgerOptions, estimate_ledgers, read_ledgers
from serving.outputs import check_places


def footprint_invoice(invoice: Path, output: Path, options: LedgerOptions, bundle: Path | None = None) -> str:
    """Estimate the lines of a UBL invoice and write it again with the estimates in it.

    Parameters
    ----------
    invoice
        A UBL invoice or credit note.
    output
        Where it is written; not over the invoice.
    options
        What the user says about the invoice.
    bundle
        Folder of a model bundle; None takes the shipped one.

    Returns
    -------
    str
        What was written, as a sentence.

    Raises
    ------
    OutputError
        If ``output`` is the invoice, or cannot be written.
    UnreadableDocumentError
        When it is no UBL invoice.
    """
    check_places([(output, "the output")], [invoice])
    ledgers = read_ledgers([invoice], options)
    content = read_bytes(invoice)
    with_footprints(content, invoice.name, ledgers[0].lines.iloc[:0])
    result = estimate_ledgers(ledgers, load_model(bundle or DEFAULT_BUNDLE), options)
    written, placeless = with_footprints(content, invoice.name, result.estimates)
    write_whole(written, output)
    left = f"; {placeless} charges on the whole document have no item to stand on" if placeless else ""
    return f"Written: {output}, footprints on {len(result.estimates) - placeless} lines{left}."
