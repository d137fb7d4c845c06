"""A ledger's footprint: total, hotspots that lead further, filters in the address, lines by pages."""

import re
from datetime import date

import pytest

from serving.store import Actor
from serving.store.periods import close_period
from serving.store.reviews import Correction
from tests.serving.ledgers.conftest import LEDGER, LedgerModel
from tests.serving.pages.footprints import estimate_of, review, run, shown_lines, total
from tests.serving.small_model import small_parts

HEADER = "Description,Date,Amount,Currency,Supplier,Cost Centre\n"
PART = {"hx-request": "true", "accept": "text/html"}
HOSTILE = (
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    '"><img src=x onerror=alert(1)>',
    "\u202egloves",
    "gloves " * 14_000,
)


@pytest.fixture
def small_model():
    return LedgerModel(**small_parts())


@pytest.fixture
def address(service):
    return run(service, LEDGER)


def table_after(page, title):
    """Cells of the first table below a figure's title."""
    part = page[page.index(f"<figcaption>{title}</figcaption>") :]
    rows = re.findall(r"<tr>(.*?)</tr>", part[: part.index("</table>")], re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows[1:]
    ]


def test_the_page_says_what_the_ledger_adds_up_to_and_how_sure_that_is(browser, address):
    page = browser.open(address).text

    assert total(page).endswith("CO2e")
    assert "90% range" in page
    assert "As estimated" not in page
    assert "Not reviewed" in page
    assert shown_lines(page)[:2] == ["Nitrile gloves", "NITRILE GLOVES"]


def test_every_chart_has_its_table_and_every_bar_its_link(browser, address):
    page = browser.open(address).text

    figures = re.findall(r'<figure class="linked">.*?</figure>', page, re.DOTALL)
    assert len(figures) == 4
    for figure in figures:
        drawn = set(re.findall(r'<a href="([^"]+)"><path', figure))
        listed = set(re.findall(r'<td><a href="([^"]+)">', figure))
        assert drawn
        assert drawn <= listed


@pytest.mark.parametrize("title", ["Categories", "Suppliers", "Cost centres", "Over time"])
def test_a_bar_leads_to_its_lines_and_their_total(browser, address, title):
    page = browser.open(address).text
    name, count, kg, *_ = table_after(page, title)[0]
    figure = page[page.index(f"<figcaption>{title}</figcaption>") :]
    to = re.search(r'<a href="([^"]+)"><path', figure)[1].replace("&amp;", "&")

    there = browser.open(to).text

    assert name in re.search(r"<title>(.*?)</title>", there, re.DOTALL)[1]
    assert total(there) == f"{kg} CO2e"
    assert re.search(r"Lines with a figure</dt><dd>([\d,]+)<", there)[1] == count


def test_filters_stand_in_the_address_add_up_and_can_be_taken_away(browser, address):
    page = browser.open(address, supplier="Acme Ltd", month="2024-03").text

    assert shown_lines(page) == ["Nitrile gloves", "Nitrile gloves"]
    assert "2 lines of 12" in page
    assert f'href="{address}?month=2024-03"' in page
    assert f'href="{address}?supplier=Acme%20Ltd"' in page
    assert f'href="{address}">Show all lines' in page


def test_fields_that_were_left_empty_are_no_part_of_the_address(browser, address):
    page = browser.open(address, text="glov", category="", supplier="")

    assert str(page.url).endswith(f"{address}?text=glov")
    assert len(shown_lines(page.text)) == 5


def test_a_view_without_lines_leads_back(browser, address):
    page = browser.open(address, supplier="Nobody")

    assert page.status_code == 200
    assert "No line of this ledger is like that" in page.text
    assert f'<a href="{address}">Show all lines</a>' in page.text


def test_lines_are_sorted_by_their_heads(browser, address):
    page = browser.open(address, sort="-kg").text

    amounts = re.findall(r'<td class="n">(?:<bdi>)?GBP ([^<]+)', page[page.index("ledger-lines") :])
    assert amounts[0] == "5,000.00"
    assert 'aria-sort="descending"' in page
    assert f'{address}?sort=kg#lines"' in page


def test_an_order_or_page_that_cannot_be_is_the_first(browser, address):
    plain = shown_lines(browser.open(address).text)

    for query in ({"sort": "nonsense"}, {"page": "0"}, {"page": "x"}, {"page": "9" * 30}, {"sort": "-"}):
        assert shown_lines(browser.open(address, **query).text) == plain


def test_a_part_holds_the_table_alone_and_a_person_gets_the_page(browser, address):
    part = browser.http.get(f"{address}/lines?sort=-kg", headers=PART)
    page = browser.open(f"{address}/lines", sort="-kg")

    assert part.text.lstrip().startswith('<section id="lines">')
    assert "<h1>" in page.text
    assert page.url.path == address


def test_a_corrected_figure_changes_its_group_and_the_total(service, browser, address):
    before = browser.open(address).text
    desk = estimate_of(before, "Steel desk")

    review(service, desk, Correction(kg_co2e=90_000.0))
    page = browser.open(address).text

    assert total(page) != total(before)
    assert f"As estimated, before reviews: {total(before).removesuffix(' CO2e')}" in page
    assert table_after(page, "Suppliers")[0][0] == "Deskworks"
    assert table_after(page, "Suppliers")[0][2] == "90.0 t"
    assert shown_lines(browser.open(address, review="corrected").text) == ["Steel desk"]
    assert "Corrected</span>" in page


def test_what_rests_on_reviewed_and_approved_lines_is_told(service, browser, address):
    page = browser.open(address).text
    review(service, estimate_of(page, "Steel desk"), approved=True)
    review(service, estimate_of(page, "Computer screen"))

    page = browser.open(address).text

    rows = re.findall(r'<span class="key-mark (\w+)"></span>.*?<td class="n">([\d,]+)</td>', page)
    assert rows == [("approved", "1"), ("reviewed", "1"), ("nobody", "10")]
    assert '<rect class="approved"' in page


def test_the_work_list_leads_to_the_line_and_its_goods(browser, address):
    page = browser.open(address).text
    part = page[page.index('id="work"') : page.index('id="quality"')]

    assert "Misc order" in part
    assert "narrower" in part
    line = re.search(r'href="(/lines/[^"]+)"', part)[1]
    assert line.endswith(f"?ledger={address.rpartition('/')[2]}")
    goods = re.search(r'href="([^"]+goods=[^"]+)"', part)[1]
    assert set(shown_lines(browser.open(goods).text)) == {"Misc order"}


def test_what_was_left_out_and_what_to_look_at_is_told_by_reason(browser, address):
    page = browser.open(address).text

    left_out = page[page.index('id="excluded"') : page.index('id="lines"')]
    assert "Pay of the buyer&#39;s own staff" in left_out
    assert "Payroll March" in left_out
    to = re.search(r'href="([^"]+reason=payroll)"', left_out)[1].replace("&amp;", "&")
    assert shown_lines(browser.open(to).text) == ["Payroll March"]
    assert "No amount that could be valued" in page[page.index('id="problems"') :]


def test_closed_periods_are_shown_with_their_lines(service, browser, address):
    with service.store.writing(Actor.local()) as writing:
        close_period(writing, "FY2023", first=date(2023, 4, 1), last=date(2024, 3, 31), reason="audited")

    page = browser.open(address).text

    assert "FY2023" in page
    assert "audited" in page
    assert "Locked</span>" in page


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_do_no_harm_in_lines_links_filters_and_titles(service, browser, hostile):
    cell = f'"{hostile.replace(chr(34), chr(34) * 2)}"'
    rows = f"{cell},2024-03-01,100,GBP,{cell},{cell}\ngloves,2024-04-01,50,GBP,Acme,Ward\n"
    address = run(service, HEADER + rows, "<img src=x>.csv")

    pages = [
        browser.open(address),
        browser.open(address, supplier=hostile[:5_000], text=hostile[:100], goods=hostile[:50]),
        browser.open(f"{address}/report"),
    ]

    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img" not in page.text
        assert 'href="javascript' not in page.text
        assert "\u202e" not in re.sub(r'(value|href)="[^"]*"', "", page.text)
        assert len(page.text) < 1_500_000


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("Payroll,2024-03-01,100,GBP,Staff,Ward\n", "No figure"),
        ("gloves,2024-03-01,5,QQQ,Acme,Ward\nPayroll,2024-03-01,9,GBP,Staff,Ward\n", "No figure"),
        ("gloves,2024-03-01,-100,GBP,Acme,Ward\ndesk,2024-03-01,-5,GBP,Bytes,Ward\n", "CO2e"),
        ("gloves,2024-03-01,0,GBP,Acme,Ward\n", "0 kg CO2e"),
        ("gloves,2024-03-01,1,GBP,A,W\ngloves,2024-03-01,2,EUR,A,W\ngloves,,3,USD,A,W\n", "CO2e"),
    ],
    ids=["only excluded", "no figure", "credits alone", "nothing", "three lines of mixed currencies"],
)
def test_small_and_strange_ledgers_have_a_page_and_a_report(service, browser, rows, said):
    address = run(service, HEADER + rows)

    page, report = browser.open(address), browser.open(f"{address}/report")

    assert (page.status_code, report.status_code) == (200, 200)
    assert said in total(page.text)
    assert total(report.text) == total(page.text)
    assert len(shown_lines(page.text)) == rows.count("\n")
    assert "nan" not in re.sub(r"<[^>]*>", "", page.text).lower().replace("finance", "")


def test_pages_do_not_read_the_files_of_the_ledger_again(browser, address, monkeypatch):
    browser.open(address)
    read = []
    monkeypatch.setattr("serving.jobs.files.pd.read_parquet", lambda *_args, **_named: read.append(1))
    monkeypatch.setattr("serving.ledgers.kept_frame.pd.read_parquet", lambda *_args: read.append(1))

    for query in ({}, {"supplier": "Acme"}, {"sort": "-kg"}):
        assert browser.open(address, **query).status_code == 200
    assert browser.http.get(f"{address}/lines", headers=PART).status_code == 200

    assert read == []


def test_a_ledger_whose_files_are_gone_says_so(service, browser, address):
    for path in service.jobs.folder.rglob("*.parquet"):
        path.unlink()

    page = browser.open(address)

    assert page.status_code == 409
    assert "hand the ledger in again" in page.text


def test_the_ledger_of_somebody_else_is_not_there(service, address):
    stranger = service.browser(service.key("eve", "review", tenant="other"))

    for path in (address, f"{address}/lines", f"{address}/report", f"{address}/export.csv"):
        assert stranger.open(path).status_code == 404


def test_lines_come_by_fifty(service, browser):
    address = run(service, HEADER + "".join(f"gloves {n},,{n},GBP,A,W\n" for n in range(1, 122)))

    first, last = browser.open(address).text, browser.open(address, page=3).text

    assert len(shown_lines(first)) == 50
    assert "1 to 50 of 121 lines" in first
    assert f"{address}?page=2#lines" in first
    assert shown_lines(last)[-1] == "gloves 121"
    assert shown_lines(browser.open(address, page=99).text) == shown_lines(last)
    assert "page-next" not in last
