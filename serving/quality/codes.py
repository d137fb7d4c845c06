"""Findings about category codes and barcodes."""

import numpy as np
from stdnum import ean

from features.screening.wording import cleaned
from models.buyer_codes import scheme_name
from serving.quality.findings import Finding, Subject
from serving.quality.ledger import CheckedLedger


def find(ledger: CheckedLedger) -> list[Finding]:
    """Find lines without a category code, with one that leads nowhere, and with a barcode that is none."""
    lines = ledger.lines
    code, scheme = lines["category_code"].str.strip(), lines["category_scheme"].str.strip()
    pairs = list(zip(scheme, code, strict=True))
    leads = {pair: bool(pair[1] and ledger.reference.codes.categories(*pair)) for pair in set(pairs)}
    known = np.array([leads[pair] for pair in pairs], dtype=bool)
    without = code.map(cleaned).eq("").to_numpy()
    foreign = ~without & np.array([not scheme_name(name) for name in scheme], dtype=bool)
    gtin = lines["gtin"].str.strip()
    valid = {number: bool(number) and ean.is_valid(number) for number in set(gtin)}
    wrong = gtin.ne("").to_numpy() & ~gtin.map(valid).to_numpy(dtype=bool)
    return [
        Finding(
            "code_missing",
            Subject.CATEGORY_CODE,
            "No category code",
            "The line has no category code.",
            "Give UNSPSC, CPV, NAICS, NACE, HS/CN, PSC or EMDN codes, or a table of suppliers "
            "(`--suppliers`).",
            without,
        ),
        Finding(
            "code_scheme_unknown",
            Subject.CATEGORY_CODE,
            "Code of an unknown scheme",
            "There is a code, but no column or header says that it is UNSPSC, CPV, NAICS, NACE/SIC, "
            "HS/CN, PSC "
            "or EMDN.",
            "Name the scheme in a column category_scheme, or map the column to it.",
            foreign,
            {
                row: f'code "{code.iloc[row]}" of "{scheme.iloc[row]}"'
                for row in np.flatnonzero(foreign).tolist()
            },
        ),
        Finding(
            "code_not_found",
            Subject.CATEGORY_CODE,
            "Code that leads nowhere",
            "The scheme is known, but the code and every shorter form of it are not.",
            "Check the code against the edition of the scheme.",
            ~without & ~foreign & ~known,
            {
                row: f"{scheme.iloc[row]} {code.iloc[row]}"
                for row in np.flatnonzero(~without & ~foreign & ~known).tolist()
            },
        ),
        Finding(
            "barcode_wrong",
            Subject.BARCODE,
            "Barcode fails its check digit",
            "The GTIN is stated, but is not one of 8, 12, 13 or 14 digits whose last is the GS1 check digit.",
            "Scan it again; a spreadsheet may have cut or rounded it.",
            wrong,
            {row: f'GTIN "{gtin.iloc[row]}"' for row in np.flatnonzero(wrong).tolist()},
        ),
        Finding(
            "barcode_missing",
            Subject.BARCODE,
            "No barcode",
            "The line has no GTIN.",
            "",
            gtin.eq("").to_numpy(),
        ),
    ]
