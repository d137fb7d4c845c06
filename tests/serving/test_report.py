import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from data.errors import OutputError
from models.estimates import ESTIMATE_FIELDS
from models.totals import total
from serving import breakdown
from serving.report import write_report
from serving.result import EstimatedLedger
from serving.wording import foreign_text, mass_text, range_text, share_text, usd_text

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe\x00\x1b[31m"


class Page(HTMLParser):
    """The tags, addresses and text of a page, as a browser's parser sees them."""

    def __init__(self, markup: str):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def written(result: EstimatedLedger, folder: Path) -> str:
    return write_report(result, folder / "report.html").read_text(encoding="utf-8")


def test_the_headline_is_the_total_with_its_range_and_how_the_range_was_made(estimated, tmp_path):
    text = Page(written(estimated, tmp_path)).text
    assert f"{mass_text(estimated.total_kg)} CO2e" in text
    assert f"90% range {range_text(estimated.total_kg_low, estimated.total_kg_high)}" in text
    assert estimated.total_note in text


def test_the_page_loads_nothing_and_allows_no_script(estimated, tmp_path):
    markup = written(estimated, tmp_path)
    page = Page(markup)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [value for name, value in page.attributes if name in {"src", "style"} or name.startswith("on")]
    assert all(value.startswith("#") for name, value in page.attributes if name == "href" and value)
    assert "url(" not in markup
    assert "@import" not in markup


def test_the_policy_lets_exactly_the_pages_own_style_through(estimated, tmp_path):
    markup = written(estimated, tmp_path)
    (style,) = re.findall(r"<style>(.*?)</style>", markup, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in markup


@pytest.mark.parametrize("column", ["Description", "Supplier", "Expense Area"])
def test_hostile_text_of_a_ledger_is_shown_as_text(
    estimated_with: Callable[..., EstimatedLedger], tmp_path, column
):
    result = estimated_with(**{column: HOSTILE, "Net Amount": "9000000.00"})
    markup = written(result, tmp_path)
    page = Page(markup)
    assert not {"script", "img"} & set(page.tags)
    assert "<script>alert(1)</script>" in page.text
    assert not {"\u202e", "\x00", "\x1b"} & set(markup)


def test_a_description_of_100_kb_is_cut_and_its_length_said(estimated_with, tmp_path):
    usual = len(written(estimated_with(), tmp_path))
    markup = written(estimated_with(Description="x" * 100_000, **{"Net Amount": "9000000.00"}), tmp_path)
    assert "(100,000 characters)" in markup
    assert len(markup) < usual + 5_000


def test_every_chart_has_its_table(estimated, tmp_path):
    tags = Page(written(estimated, tmp_path)).tags
    assert tags.count("figure") == 6
    assert tags.count("svg") == 6
    charts = re.findall(r"<figure>.*?</figure>", written(estimated, tmp_path), re.DOTALL)
    assert all("<details>" in chart and "<table>" in chart for chart in charts)


def test_every_reason_for_leaving_a_line_out_is_named_with_an_example(estimated, tmp_path):
    text = Page(written(estimated, tmp_path)).text
    for shown in (
        "Payroll tax",
        "NET PAY MONTH 04 - JUL 23",
        "VAT return",
        "Booked as depreciation: nothing was bought.",
    ):
        assert shown in text


def test_lines_without_a_figure_stand_there_with_their_sentence(estimated, tmp_path):
    text = Page(written(estimated, tmp_path)).text
    assert "No figure: Empty record" in text
    assert "Got an empty record; expected a description and an amount; fill the line or delete it." in text


def test_factor_sources_are_credited_with_their_licence(estimated, tmp_path):
    text = Page(written(estimated, tmp_path)).text
    for shown in ("Example factors", "CC0-1.0", "Nobody in particular", "USD of 2022, purchaser prices"):
        assert shown in text


def test_a_ledger_in_which_nothing_has_a_figure_still_gives_a_page(estimated, tmp_path):
    estimates = estimated.estimates.assign(status="unmatched", kg_co2e=float("nan"), method="")
    nothing = replace(estimated, estimates=estimates, total_kg=0.0, total_kg_low=0.0, total_kg_high=0.0)
    page = Page(written(nothing, tmp_path))
    assert "svg" not in page.tags
    assert "No line has a footprint above zero" in page.text


def test_an_empty_ledger_gives_a_page(estimated, tmp_path):
    empty = replace(
        estimated,
        source=estimated.source.head(0),
        lines=estimated.lines.head(0),
        estimates=estimated.estimates.head(0),
        amount_usd=estimated.amount_usd.head(0),
        total_kg=0.0,
        total_kg_low=0.0,
        total_kg_high=0.0,
    )
    assert "0 lines read" in Page(written(empty, tmp_path)).text


def test_a_path_that_cannot_be_written_is_one_clear_error(estimated, tmp_path):
    with pytest.raises(OutputError, match="choose another place"):
        write_report(estimated, tmp_path / "no such folder" / "report.html")


def test_a_result_whose_estimates_are_of_other_lines_is_refused(estimated):
    shuffled = estimated.estimates[::-1].reset_index(drop=True)
    with pytest.raises(OutputError, match="in the same order"):
        replace(estimated, estimates=shuffled[list(ESTIMATE_FIELDS)])


@pytest.mark.parametrize("column", ["category", "supplier", "cost_centre", "method"])
def test_no_breakdown_loses_or_doubles_a_line(estimated, column):
    frame = breakdown.joined(estimated)
    table = breakdown.by_group(frame, column, keep=3)
    assert len(table) <= 4
    assert table["kg"].sum() == pytest.approx(frame["kg"].sum())
    assert table["lines"].sum() == frame["kg"].notna().sum()
    assert table["cumulative"].iloc[-1] == pytest.approx(1)


@pytest.mark.parametrize("column", ["category", "supplier", "method"])
def test_the_range_of_a_group_is_the_range_of_the_total_of_its_lines(estimated, column):
    frame = breakdown.joined(estimated)
    table = breakdown.by_group(frame, column, keep=3)
    for row in table[~table["together"]].to_dict("records"):
        own = total(estimated.estimates[(frame[column] == row["group"]).to_numpy()])
        found = (row["kg"], row["kg_low"], row["kg_high"])
        assert found == pytest.approx((own.kg_co2e, own.kg_co2e_low, own.kg_co2e_high))


def test_small_groups_together_have_the_range_of_the_total_of_all_their_lines(estimated):
    frame = breakdown.joined(estimated)
    table = breakdown.by_group(frame, "supplier", keep=3)
    named = frame["supplier"].isin(table.loc[~table["together"], "group"])
    rest = total(estimated.estimates[(~named & frame["kg"].notna()).to_numpy()])
    (row,) = table[table["together"]].to_dict("records")
    assert (row["kg_low"], row["kg_high"]) == pytest.approx((rest.kg_co2e_low, rest.kg_co2e_high))


def test_the_data_of_the_model_is_credited_with_licence_and_files(estimated, tmp_path):
    facts = {"source": "City lines", "licence": "CDLA-Permissive-2.0", "attribution": "Of a city"}
    data = {"a.csv": {**facts, "sha256": "a" * 64}, "b.csv": {**facts, "sha256": "b" * 64}}
    text = Page(written(replace(estimated, model_card={"data": data}), tmp_path)).text
    assert "Data that the model is made from" in text
    assert text.count("CDLA-Permissive-2.0") == text.count("Of a city") == 1
    assert "a.csv , SHA-256 aaaaaaaaaaaa b.csv , SHA-256 bbbbbbbbbbbb" in text


def test_a_ledger_of_credits_alone_has_no_hotspots_but_its_lines(estimated, tmp_path):
    estimates = estimated.estimates.copy()
    flipped = {"kg_co2e": "kg_co2e", "kg_co2e_low": "kg_co2e_high", "kg_co2e_high": "kg_co2e_low"}
    for column, source in flipped.items():
        estimates[column] = -estimated.estimates[source].abs()
    text = Page(written(replace(estimated, estimates=estimates, total_kg=-5.0), tmp_path)).text
    assert "no hotspots to show" in text
    assert "Largest footprints" in text


def test_months_hold_every_dated_line(estimated):
    frame = breakdown.joined(estimated)
    dated = frame[frame["date"].notna() & frame["kg"].notna()]
    periods = breakdown.by_month(frame)
    assert periods["lines"].sum() == len(dated)
    assert periods["group"].is_monotonic_increasing


def test_statuses_hold_every_line(estimated):
    frame = breakdown.joined(estimated)
    assert breakdown.by_status(frame)["lines"].sum() == len(frame)


def test_coverage_leaves_what_is_no_purchase_out_of_both_sides(estimated):
    frame = breakdown.joined(estimated)
    known = breakdown.coverage(frame)
    assert known.excluded_usd > known.covered_usd
    assert known.share == pytest.approx(1)
    half = frame.assign(kg=frame["kg"].where(frame["usd_size"] > 50_000))
    assert 0 < breakdown.coverage(half).share < 1


def test_a_credit_lowers_the_spend_that_intensity_is_told_over(estimated):
    frame = breakdown.joined(estimated)
    credit = frame["currency"].eq("GBP") & frame["amount"].eq(-1234.5)
    assert frame.loc[credit, "usd"].item() == pytest.approx(-1234.5 * 1.25)
    assert frame.loc[credit, "usd_size"].item() == pytest.approx(1234.5 * 1.25)


def test_pedigree_scores_are_weighted_by_footprint(estimated):
    frame = breakdown.joined(estimated)
    large = frame["kg"].abs().idxmax()
    frame["data_quality"] = "(1;1;1;1;1)"
    frame.loc[large, "data_quality"] = "(5;5;5;5;5)"
    share = frame["kg"].abs().max() / frame["kg"].abs().sum()
    scores = breakdown.pedigree(frame)
    assert scores["worst_share"].tolist() == pytest.approx([share] * 5)
    assert scores["score"].tolist() == pytest.approx([1 + 4 * share] * 5)


@pytest.mark.parametrize(
    ("kg", "text"),
    [
        (0.0, "0 kg"),
        (0.01234, "0.0123 kg"),
        (412.4, "412 kg"),
        (999.6, "1.00 t"),
        (-4567.0, "\N{MINUS SIGN}4.57 t"),
        (45_649_000.0, "45,600 t"),
        (float("nan"), "\N{EN DASH}"),
    ],
)
def test_a_footprint_reads_in_kg_or_tonnes_to_three_figures(kg, text):
    assert mass_text(kg) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.001, "under 1%"), (0.999, "over 99%"), (1, "100%")]
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(share, text):
    assert share_text(share) == text


def test_large_sums_read_in_words():
    assert [usd_text(usd) for usd in (999.4, 999_999.0, 12_345_678.0, 2.5e9)] == [
        "USD 999",
        "USD 1.00 million",
        "USD 12.3 million",
        "USD 2.50 billion",
    ]


def test_foreign_text_keeps_other_scripts_and_joiners_and_loses_what_deceives():
    assert foreign_text("क्\u200dष 手袋 é") == "क्\u200dष 手袋 é"
    assert foreign_text("a\u202eb\u2066c\td\x07") == "abc d"
    assert len(foreign_text("e" + "\u0301" * 200)) < 10
