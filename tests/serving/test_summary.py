import io
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from serving.summary import print_summary
from serving.wording import mass_text, range_text


def printed(result, **options):
    file = io.StringIO()
    print_summary(result, Console(file=file, **options))
    return file.getvalue()


def test_it_says_total_range_coverage_columns_and_reasons(estimated):
    text = printed(estimated, width=100)
    assert f"Total {mass_text(estimated.total_kg)} CO2e" in text
    assert f"90% range {range_text(estimated.total_kg_low, estimated.total_kg_high)}" in text
    for shown in (
        "Expense Area",
        "Spend with a figure",
        "Payroll tax",
        "Empty record",
        "Surgical Appliance",
        "█",
    ):
        assert shown in text


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_printed_line_is_wider_than_the_terminal(estimated, width):
    assert max(cell_len(line) for line in printed(estimated, width=width).splitlines()) <= width


def test_a_pipe_gets_no_colour_codes(estimated):
    assert "\x1b" not in printed(estimated, width=80)


def test_the_largest_lines_stand_first_with_whole_figures_at_80_columns(estimated):
    text = printed(estimated, width=80)
    lines = text[text.index("Lines that matter most") :]
    largest = estimated.estimates.sort_values("kg_co2e", ascending=False)["kg_co2e"].head(8)
    places = [lines.index(mass_text(kg)) for kg in largest]
    assert places == sorted(places)


def test_text_of_a_ledger_cannot_steer_the_terminal_or_pass_as_markup(estimated_with):
    result = estimated_with(
        Description="[bold red]GLOVES[/] \x1b]0;owned\x07", **{"Net Amount": "9000000.00"}
    )
    text = printed(result, width=200, force_terminal=True)
    assert "[bold red]GLOVES[/]" in text
    assert "\x1b]0" not in text
    assert "\x07" not in text


def test_an_empty_ledger_is_summed_up_too(estimated):
    parts = {
        name: getattr(estimated, name).head(0) for name in ("source", "lines", "estimates", "amount_usd")
    }
    text = printed(replace(estimated, **parts, total_kg=0.0, total_kg_low=0.0, total_kg_high=0.0), width=80)
    assert "0 lines" in text


def test_long_line_ids_leave_the_descriptions_room_at_80_columns(estimated):
    ids = [f"a-long-name-of-a-ledger-file.csv:{number}" for number in estimated.lines["line_id"]]
    result = replace(
        estimated,
        lines=estimated.lines.assign(line_id=ids),
        estimates=estimated.estimates.assign(line_id=ids),
    )
    text = printed(result, width=80)
    below = text[text.index("Lines that matter most") :].splitlines()
    largest = estimated.estimates["kg_co2e"].idxmax()
    assert any(line.startswith(estimated.lines["description"].loc[largest][:20]) for line in below)
    assert len(below) < 40


def test_when_no_line_has_a_figure_it_says_so_instead_of_a_total_of_zero(estimated):
    estimates = estimated.estimates.assign(status="unmatched", kg_co2e=float("nan"), method="")
    text = printed(replace(estimated, estimates=estimates), width=100)
    assert "No figure" in text
    assert "0 kg" not in text


def of_two_files(estimated, second_column):
    columns = [
        {"field": "description", "column": "a.csv: Text", "how": "by name"},
        {"field": "currency", "column": 'a.csv: "GBP"', "how": "constant"},
        {"field": "description", "column": f"b.csv: {second_column}", "how": "by content"},
        {"field": "currency", "column": 'b.csv: "GBP"', "how": "constant"},
    ]
    notes = ["a.csv: Format: text.", "a.csv: One date is none.", "b.csv: Format: text."]
    return replace(estimated, columns=columns, notes=notes, files=["a.csv", "b.csv"])


def test_fields_of_several_files_stand_side_by_side_with_constants_in_words(estimated):
    text = printed(of_two_files(estimated, "Memo"), width=80)
    (description,) = [line.split() for line in text.splitlines() if line.startswith("Description  ")]
    assert description == ["Description", "Text", "Memo", "(by", "content)"]
    assert text.count('"GBP"') == 2


def test_what_holds_for_all_files_is_noted_once_and_the_rest_under_its_file(estimated):
    notes = printed(of_two_files(estimated, "Memo"), width=80).split("Notes")[1].splitlines()
    assert [line.strip() for line in notes[1:4]] == ["Format: text.", "a.csv", "One date is none."]
