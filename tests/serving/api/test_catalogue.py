"""The product catalogue fills in what lines do not say, says so, and can be applied again."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from ledgerprint import app
from serving.replay.past_lines import predicted
from serving.store import Actor, AuditStore
from serving.store.catalogue import current_items
from serving.store.estimate_search import EstimateFilter, search_estimates
from serving.store.estimates import restored_estimates

GTIN = "4006381333931"
GLOVES = {"gtin": GTIN, "description": "Nitrile gloves", "material": "nitrile rubber", "mass_kg": 0.8}
SCAN = {"gtin": GTIN, "amount": 100.0, "currency": "USD"}


@pytest.fixture
def client(service):
    return service.client(service.key("anna"))


def put(client, *items):
    answer = client.put("/catalogue", json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def estimate(client, *lines):
    answer = client.post("/estimates", json={"lines": list(lines)})
    assert answer.status_code == 200, answer.text
    return answer.json()["estimates"]


def test_a_scan_is_unmatched_until_the_catalogue_says_what_it_is(client):
    (before,) = estimate(client, SCAN)
    put(client, GLOVES)
    (after,) = estimate(client, SCAN | {"gtin": f"0{GTIN}"})

    assert (before["status"], before["reason"]) == ("unmatched", "goods_unknown")
    assert (after["status"], after["category_code"]) == ("estimated", "326199")
    assert after["explanation"].startswith(
        f'The product catalogue says of {GTIN}: "Nitrile gloves, nitrile rubber" (recorded by '
    )
    assert after["catalogue_item"]["item"]["mass_kg"] == 0.8
    assert after["estimate_id"] != before["estimate_id"]


def test_what_a_line_says_itself_stays(client):
    put(client, GLOVES | {"category_code": "339113", "category_scheme": "NAICS"})

    (found,) = estimate(
        client, SCAN | {"description": "Oak desk", "category_code": "1", "category_scheme": "X"}
    )

    assert found["catalogue_item"] is None
    assert found["category_code"] == "337214"


def test_an_article_number_in_place_of_a_description_is_looked_up(client):
    put(client, {"article": "A  100", "description": "Oak desk"})

    (found,) = estimate(client, {"description": "a 100", "amount": 10.0, "currency": "USD"})

    assert found["category_code"] == "337214"


def test_pieces_become_kilograms_and_the_suppliers_figure_still_counts_pieces(client):
    put(client, GLOVES)
    figure = {"gtin": GTIN, "kg_co2e_per_unit": 2.5, "unit": "piece", "source": "EPD 7"}
    (plain,) = estimate(client, SCAN | {"quantity": 2.0, "unit": "dozen"})
    assert client.put("/supplier-figures", json=figure).status_code == 200
    (declared,) = estimate(client, SCAN | {"quantity": 2.0, "unit": "dozen"})

    assert "0.8000 kg a piece" in plain["explanation"]
    assert (declared["method"], declared["kg_co2e"]) == ("supplier-specific", 60.0)
    assert declared["catalogue_item"]["item"]["gtin"] == GTIN


def test_what_the_catalogue_said_is_recorded_and_applied_again_whatever_it_says_now(client, service):
    put(client, GLOVES)
    estimate(client, SCAN | {"line_id": "1"})
    estimate(client, SCAN | {"line_id": "1", "quantity": 3.0})
    put(client, GLOVES | {"description": "Oak desk"})

    with service.store.reading(Actor.local()) as reading:
        contents = [record.content for record in search_estimates(reading, EstimateFilter(), 2).items]
    pd.testing.assert_frame_equal(
        predicted(service.model, contents, contents[0].options), restored_estimates(contents)
    )


def test_items_have_versions_and_are_listed_page_by_page(client):
    assert put(client, GLOVES, {"article": "B", "description": "Oak desk"}) == {"items": 2, "changed": 2}
    assert put(client, GLOVES) == {"items": 1, "changed": 0}
    assert put(client, GLOVES | {"mass_kg": 0.9})["changed"] == 1

    first = client.get("/catalogue", params={"limit": 1}).json()
    second = client.get("/catalogue", params={"limit": 1, "cursor": first["cursor"]}).json()

    assert [(one["gtin"], one["mass_kg"], one["version"]) for one in first["items"]] == [(GTIN, 0.9, 2)]
    assert [one["article"] for one in second["items"]] == ["B"]
    assert second["cursor"] == ""
    assert client.get("/catalogue", params={"gtin": f"0{GTIN}"}).json()["items"] == first["items"]


@pytest.mark.parametrize(
    "item",
    [
        {"description": "Nothing"},
        {"gtin": "4006381333932", "description": "Wrong"},
        {"gtin": "2112345678900", "description": "A store's own"},
        {"gtin": GTIN},
        {"gtin": GTIN, "mass_kg": 0.0},
    ],
)
def test_items_that_say_nothing_or_of_nothing_are_refused_whole(client, item):
    answer = client.put("/catalogue", json={"items": [GLOVES, item]})

    assert answer.status_code == 422
    assert client.get("/catalogue").json()["items"] == []


def test_a_table_is_loaded_and_its_broken_rows_are_named(tmp_path):
    table, database = tmp_path / "products.csv", f"sqlite:///{tmp_path / 'store.db'}"
    table.write_text(
        "GTIN;Article;Description;mass_kg;Category\n"
        f"{GTIN};A-1;Nitrile gloves;0,8;339113\n"
        "4006381333932;;Wrong;1;\n"
        ";;;;\n"
        ";A-2;;much;\n",
        "utf-8",
    )
    run = CliRunner()

    done = run.invoke(app, ["catalogue", "load", str(table), "--database", database])
    listed = run.invoke(app, ["catalogue", "list", "--database", database])

    assert done.exit_code == 1
    assert "Loaded: 2 items, 2 of them new or changed" in done.output
    assert "row 3: Got the GTIN '4006381333932'" in done.output
    assert "row 5:" in done.output
    assert f"{GTIN},,Nitrile gloves,,0.8,339113,NAICS,,1," in listed.output
    with AuditStore(database) as store, store.reading(Actor.local()) as reading:
        assert set(current_items(reading, ["article:a-1", f"gtin:0{GTIN}"])) == {
            "article:a-1",
            f"gtin:0{GTIN}",
        }
