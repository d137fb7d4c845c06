"""Models: the one that answers, its evaluation, its promotions, drift, and those before it."""

import json
from datetime import date

import pytest

from serving.operations.drift import LENGTH, SECTOR, DriftBaseline
from serving.replay.archive import BundleArchive
from serving.store import Actor
from serving.store.periods import close_period
from serving.store.retention import retain
from tests.browsing import hindrances, overflows
from tests.serving.small_model import CARD, SmallModel, small_parts

OLDER, NEWER = "aa11", "bb22"
FIGURE = {"dataset": "austin", "lines": 1159, "groups": 1124, "coverage": 0.95, "factor_within_2x": 0.96}
EVALUATED = CARD | {
    "evaluated_on": "five folds",
    "figures": [FIGURE | {"top1": 0.6652, "top5": 0.91, "factor_mape": 0.15, "calibration_error": 0.0371}],
    "intensity": [{"kind": "food", "goods": 9, "groups": 3, "coverage": 0.85, "within_2x": 0.66}],
}
CURVES = {
    "calibration": [{"dataset": "austin", "stated": s, "right": s, "lines": 5} for s in (0.2, 0.9)],
    "error_by_spend": [
        {"dataset": "public", "quarter": q, "spend_from": 1.0, "spend_to": 2.0, "lines": 5}
        | {"median_factor": 1.2, "within_2x": 0.8}
        for q in (1, 2)
    ],
}
LINES = [{"description": f"gloves {n}", "amount": 10.0 * n, "currency": "GBP"} for n in range(1, 251)]


class Doubled(SmallModel):
    """The same, with figures twice as large."""

    def predict(self, lines, options=None, _progress=None):
        out = super().predict(lines, options)
        figures = [name for name in out.columns if name.startswith("kg_co2e")]
        return out.assign(**{name: 2 * out[name] for name in figures})


@pytest.fixture
def small_model():
    return SmallModel(**small_parts(), version=OLDER, card=EVALUATED)


@pytest.fixture
def archive(tmp_path):
    """An archive with two bundles, as far as pages read them."""
    folder = tmp_path / "bundles"
    for version, card in ((OLDER, EVALUATED), (NEWER, EVALUATED | CURVES)):
        (folder / version).mkdir(parents=True)
        (folder / version / "metadata.json").write_text(json.dumps({"card": card}))
    return BundleArchive(folder)


@pytest.fixture
def promotion_log(tmp_path):
    entry = {
        "number": 1,
        "at": "2026-11-01T10:00:00Z",
        "action": "promotion",
        "by": "<script>anna",
        "reason": "Better on groceries.",
        "from_model": None,
        "to_model": {"bundle_version": OLDER},
        "forced": True,
        "failed": [{"check": "top-1", "got": "0.5", "expected": "0.6"}],
    }
    path = tmp_path / "promotions.jsonl"
    path.write_text(json.dumps(entry) + "\n")
    return path


@pytest.fixture
def service(serve, sqlite_url, archive, promotion_log, small_model):
    newer = Doubled(**{**vars(small_model), "version": NEWER})
    known = {
        "archive": archive,
        "promotion_log": promotion_log,
        "get_model_of": lambda version: newer if version == NEWER else small_model,
        "get_baseline": lambda: DriftBaseline({SECTOR: {"32": 1.0}, LENGTH: {"80": 1.0}}),
    }
    return serve(sqlite_url, known=known)


def test_the_page_names_the_model_its_evaluation_and_the_licences_of_its_data(browser):
    page = browser.open("/models").text

    assert f"<code><bdi>{OLDER}</bdi></code>" in page
    assert "What the 90% range holds, by group" in page
    assert page.count("<svg") == 2
    assert "67%" in page
    assert "CC0-1.0" in page


def test_what_a_bundle_does_not_hold_is_said_and_not_drawn(browser):
    page = browser.open("/models").text

    assert "This bundle holds no curve of its calibration" in page
    assert "does not tell its errors by the size of the spend" in page


def test_a_bundle_that_holds_curves_shows_them_with_their_tables(browser):
    page = browser.open(f"/models/{NEWER}").text

    assert page.count("<svg") == page.count("<details>") - 1 == 4
    assert "Calibration of the category" in page


def test_a_bundle_without_any_evaluation_is_no_error(serve, sqlite_url, small_model):
    small_model.card = {"name": "bare"}

    page = serve(sqlite_url).browser().open("/models")

    assert page.status_code == 200
    assert "This bundle says nothing of its ranges" in page.text
    assert "This machine has no promotion log" in page.text
    assert "No other model has made an estimate here" in page.text
    assert "worked out after the start" in page.text


def test_promotions_are_told_with_their_reasons_and_whether_the_log_holds(browser):
    page = browser.open("/models").text

    assert "Better on groceries." in page
    assert "top-1: got 0.5, expected 0.6" in page
    assert "The log does not hold" in page
    assert "<script>anna" not in page


def test_drift_is_told_in_words_once_there_are_enough_lines(service, browser):
    assert "too few lines" in browser.open("/models").text

    service.client().post("/estimates", json={"lines": LINES})
    page = browser.open("/models").text

    # all of it is put into the sector that the baseline has, and its descriptions are shorter
    assert page.index("Which sectors") < page.index('"pill good">none') < page.index("How long their")
    assert page.index("How long their") < page.index('"pill bad">strong')
    assert "250" in page


def test_models_before_are_listed_with_what_they_made_for_the_visitor(service, browser):
    service.client().post("/estimates", json={"lines": LINES[:3]})
    service.model.version = NEWER
    service.client().post("/estimates", json={"lines": LINES[:2]})

    page = browser.open("/models").text

    assert f'<a href="/models/{OLDER}">' in page
    past = browser.open(f"/models/{OLDER}").text
    assert "it made 3 of your recorded estimates" in past


def test_a_model_that_records_name_and_the_archive_lost_is_called_missing(service, browser):
    service.model.version = "cc33"
    service.client().post("/estimates", json={"lines": LINES[:1]})
    service.model.version = OLDER

    page = browser.open("/models").text

    assert "ledgerprint bundles keep" in page
    assert '<a href="/models/cc33"' not in page
    assert browser.open("/models/cc33").status_code == 404


@pytest.mark.parametrize("version", ["nowhere", "<script>", "x" * 200])
def test_a_version_that_is_none_is_an_error_that_says_what_to_do(browser, version):
    page = browser.http.get(f"/models/{version}", headers={"accept": "text/html"})

    assert page.status_code in {404, 422}
    assert "<script>" not in page.text.split("<main")[1]


@pytest.fixture
def ledger(service):
    """A job of a ledger with hostile words, run."""
    rows = [f"gloves {n},{n}.5,GBP,2022-04-24\n" for n in range(1, 601)]
    rows[0] = "<script>alert(1)</script> gloves,5000,GBP,2022-04-24\n"
    text = f"Description,Amount,Currency,Date\n{''.join(rows)}"
    job = service.client().post("/jobs?name=<b>year.csv", content=text).json()["id"]
    service.run_jobs()
    return job


def test_two_models_are_compared_on_a_sample_of_a_large_ledger(browser, ledger):
    page = browser.open("/models/compare", ledger=ledger, model=NEWER)

    assert page.status_code == 200
    assert "Compared are 300 lines of 600, evenly spread" in page.text
    assert "+" in page.text
    assert "0 lines changed the method, 0 lines the category" in page.text
    assert "All Other Plastics Product Manufacturing" in page.text
    assert "<script>alert" not in page.text


def test_the_same_comparison_is_not_estimated_again(service, browser, ledger):
    first = browser.open("/models/compare", ledger=ledger, model=OLDER)
    asked = service.model.asked

    again = browser.open("/models/compare", ledger=ledger, model=OLDER)

    assert service.model.asked == asked
    assert again.text.split("<main")[1] == first.text.split("<main")[1]


def test_a_comparison_is_not_shown_any_more_once_its_records_are_reduced(service, browser, ledger):
    browser.open("/models/compare", ledger=ledger, model=NEWER)
    with service.store.writing(Actor.local()) as writing:
        close_period(writing, "2022", date(2022, 1, 1), date(2022, 12, 31))
        retain(writing, date(2023, 1, 1))

    page = browser.open("/models/compare", ledger=ledger, model=NEWER)

    assert "No line of this ledger can be compared" in page.text


def test_each_model_is_compared_for_itself_and_for_whoever_has_the_ledger(service, browser, ledger):
    itself, other = (browser.open("/models/compare", ledger=ledger, model=one) for one in (OLDER, NEWER))
    stranger = service.browser(service.key("eve", tenant="other"))

    assert "Both models are the same one" in itself.text
    assert "Both models are the same one" not in other.text
    assert stranger.open("/models/compare", ledger=ledger, model=NEWER).status_code == 404


def test_a_model_compared_with_itself_moves_nothing(browser, ledger):
    page = browser.open("/models/compare", ledger=ledger, model=OLDER).text

    assert "Both models are the same one" in page
    assert '<td>Difference</td><td class="n">0 kg</td>' in page


def test_a_comparison_records_nothing(service, browser, ledger):
    before = service.client().get("/estimates?limit=1").json()["items"]

    browser.open("/models/compare", ledger=ledger, model=NEWER)

    assert service.client().get("/estimates?limit=1").json()["items"] == before


def test_without_a_ledger_or_a_second_model_the_page_says_how_one_comes(browser, archive):
    assert "No ledger was estimated yet" in browser.open("/models/compare").text

    (archive.folder / NEWER / "metadata.json").unlink()
    (archive.folder / NEWER).rmdir()

    assert "ledgerprint promote" in browser.open("/models/compare").text


@pytest.mark.parametrize(("ledger_id", "model"), [("nowhere", NEWER), ("\x00", NEWER)])
def test_a_ledger_that_is_not_there_is_an_error(browser, ledger_id, model):
    assert browser.open("/models/compare", ledger=ledger_id, model=model).status_code == 404


def test_a_comparison_is_asked_for_in_a_browser(watched, ledger):
    page = watched.page
    page.goto("/models/compare")
    page.get_by_label("Other model").select_option(NEWER)

    page.get_by_role("button", name="Compare").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Lines that move most").first.wait_for()

    assert page.url.endswith(f"/models/compare?ledger={ledger}&model={NEWER}")
    assert hindrances(page) == []
    assert not overflows(page)
    assert watched.is_quiet()


@pytest.mark.parametrize("path", ["/models", f"/models/{NEWER}", "/models/compare"])
def test_pages_of_models_hinder_nobody(watched, scheme, path):
    watched.page.emulate_media(color_scheme=scheme)

    watched.page.goto(path)

    assert hindrances(watched.page) == []
    assert not overflows(watched.page)
    assert watched.is_quiet()
