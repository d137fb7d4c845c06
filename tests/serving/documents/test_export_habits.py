"""What exports do to a ledger on its way out: pages, groups, wrappings, nestings."""

import json

import pytest

from data.errors import UnreadableDocumentError
from serving.documents import read_ledger


@pytest.fixture
def read(tmp_path):
    def read(content, name="ledger.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_ledger(path, **{"country": "GB", **options})

    return read


def chosen(ledger):
    return {choice.field: choice.column for choice in ledger.columns}


HTML = """<html><head><style>td { color: red }</style></head><body><table>
<tr><td colspan="3">Spend report</td></tr>
<tr><th>Supplier</th><th>Description</th><th>Amount</th></tr>
<tr><td rowspan=2>Acme &amp; Co</td><td>Paper<br>A4<td>1,234.50</tr>
<tr><td>Pens</td><td>20.00</td></tr>
</table></body></html>"""


def test_a_web_page_named_xls_is_read_as_the_table_in_it(read):
    ledger = read(HTML, "ledger.xls")
    assert ledger.lines["description"].tolist() == ["Paper A4", "Pens"]
    assert ledger.lines["amount"].tolist() == [1234.5, 20.0]
    assert ledger.lines["supplier"].tolist() == ["Acme & Co", ""]
    assert ledger.notes[0] == "Format: HTML table, UTF-8."


def test_the_ledger_among_several_tables_of_a_page_is_found(read):
    page = f"<html><table><tr><td>Menu</td></tr></table>{HTML.partition('<body>')[2]}"
    assert len(read(page).lines) == 2


def test_a_cell_that_claims_to_span_a_million_columns_is_held_to_reason(read):
    page = HTML.replace('colspan="3"', 'colspan="1000000"')
    assert len(read(page).lines) == 2


def test_a_header_over_two_rows_is_put_together_where_one_row_does_not_name_the_columns(read):
    ledger = read(
        "Invoice,,Supplier,Item,Amount\nNumber,Date,Name,Description,(GBP)\n"
        "7,01/04/2024,Acme,Paper,10.00\n8,02/04/2024,Bolt,Pens,20.00\n"
    )
    fields = chosen(ledger)
    assert (fields["date"], fields["supplier"], fields["amount"]) == (
        "Invoice Date",
        "Supplier Name",
        "Amount (GBP)",
    )
    assert ledger.lines["line_id"].tolist() == ["7", "8"]
    assert "The header is rows 1 and 2 together." in ledger.notes


def test_a_row_of_groups_above_a_header_that_says_enough_stays_above_it(read):
    ledger = read(
        ",,,Amount,,\nDate,Supplier,Description,Net,VAT,Gross\n01/04/2024,Acme,Paper,10.00,2.00,12.00\n"
        "02/04/2024,Bolt,Pens,20.00,4.00,24.00\n"
    )
    assert chosen(ledger)["amount"] == "Net"


def test_a_first_line_without_figures_is_not_taken_for_a_part_of_the_header(read):
    ledger = read("Supplier,Description,Amount\nAcme,Description missing,\nBolt,Pens,20.00\nCole,Ink,5.00\n")
    assert len(ledger.lines) == 3


def test_a_header_far_down_below_a_cover_text_is_found(read):
    cover = "".join(f"Note {n} on this report,,\n" for n in range(60))
    ledger = read(f"{cover}Date,Description,Amount\n01/04/2024,Paper,10.00\n02/04/2024,Pens,20.00\n")
    assert ledger.lines["amount"].tolist() == [10.0, 20.0]


@pytest.mark.parametrize("label", ["{} Total", "Subtotal {}", "Total for {}"])
def test_subtotals_of_groups_are_no_lines_even_of_a_group_of_one(read, label):
    it, hr = label.format("IT"), label.format("HR")
    ledger = read(
        "Cost centre,Description,Amount\nIT,Laptop,1000.00\nIT,Mouse,20.00\n"
        f"{it},,1020.00\nHR,Books,50.00\n{hr},,50.00\nGrand Total,,1070.00\n"
    )
    assert ledger.lines["issue"].tolist() == ["", "", "totals_row", "", "totals_row", "totals_row"]


def test_a_supplier_whose_name_ends_in_total_is_no_subtotal(read):
    ledger = read(
        "Supplier,Description,Amount\nAcme,Paper,10.00\nBolt,Pens,20.00\nFuel Total,Diesel,35\nCole,Ink,5"
    )
    assert ledger.lines["issue"].eq("").all()


def test_headers_repeated_after_page_breaks_and_blank_rows_keep_their_place(read):
    ledger = read(
        "Date,Description,Amount\n01/04/2024,Paper,10.00\n,,\nDate,Description,Amount\n02/04/2024,Pens,20.00\n"
    )
    assert ledger.lines["issue"].tolist() == ["", "empty_record", "header_repeated", ""]


def test_lines_that_stand_whole_in_quotation_marks_are_unwrapped(read):
    ledger = read('"Date,Description,Amount"\n"01/04/2024,Paper,10.00"\n"02/04/2024,""Pens, red"",20.00"\n')
    assert ledger.lines["description"].tolist() == ["Paper", "Pens, red"]
    assert any("stood in quotation marks" in note for note in ledger.notes)


def test_delimiters_within_quoted_cells_are_text(read):
    ledger = read(
        '"Date"|"Item"|"Amount"\n"01/04/2024"|"Paper | white"|"10.00"\n"02/04/2024"|"Pens"|"2.00"\n'
    )
    assert ledger.lines["description"].tolist() == ["Paper | white", "Pens"]


def test_supplier_and_description_in_one_column_serve_for_both(read):
    ledger = read(
        "Date,Supplier / Description,Amount\n01/04/2024,Acme Ltd - paper,1.00\n02/04/2024,Bolt - nuts,2.00"
    )
    assert ledger.lines["description"].tolist() == ["Acme Ltd - paper", "Bolt - nuts"]


def test_days_written_without_any_mark_are_dates_and_not_amounts(read):
    ledger = read("Date,Description,Amount\n20240331,Paper,10.00\n20240401,Pens,20.00\n")
    assert ledger.lines["date"].dt.strftime("%d %b").tolist() == ["31 Mar", "01 Apr"]


def test_stray_bytes_do_not_spoil_the_sound_text_beside_them(read):
    ledger = read("Description,Amount\nCafé ".encode() + b"\xe9t\xe9,10.00\nPens,20.00\n")
    assert ledger.lines["description"].tolist() == ["Café été", "Pens"]


def test_lines_of_nested_invoices_get_what_the_invoice_says_but_not_its_total(read):
    invoices = [
        {
            "number": "A1", "date": "2024-04-01", "total": 30.5, "currency": "GBP",
            "supplier": {"name": "Acme"},
            "items": [
                {"description": "Paper", "amount": 10.5, "taxes": [{"rate": 20}]},
                {"description": "Pens", "amount": 20},
            ],
        },
        {
            "number": "A2", "date": "2024-04-02", "total": 7, "supplier": {"name": "Bolt"}, "currency": "GBP",
            "items": [{"description": "Ink", "amount": 7}],
        },
    ]  # fmt: skip
    for document in (invoices, {"data": {"invoices": invoices}}):
        ledger = read(json.dumps(document), "ledger.json")
        assert ledger.lines["amount"].tolist() == [10.5, 20.0, 7.0]
        assert ledger.lines["supplier"].tolist() == ["Acme", "Acme", "Bolt"]
        assert ledger.lines["date"].dt.day.tolist() == [1, 1, 2]
        assert "total" not in ledger.source


def test_a_list_of_taxes_within_a_line_does_not_multiply_the_line(read):
    lines = [
        {"description": "Paper", "amount": 10.5, "taxes": [{"name": "VAT", "amount": 2.1}, {"amount": 1}]}
    ]
    assert read(json.dumps(lines), "ledger.json").lines["amount"].tolist() == [10.5]


def test_a_header_alone_is_refused_in_one_sentence(read):
    with pytest.raises(UnreadableDocumentError, match="a header and no row below it"):
        read("Date,Description,Amount\n")


def test_sparse_references_do_not_serve_as_identifiers(read):
    ledger = read("Order Ref,Description,Amount\nPO1,Paper,1.50\n,Pens,2.50\n,Ink,3.50\n,Tape,4.50\n")
    assert ledger.lines["line_id"].tolist() == ["1", "2", "3", "4"]
