"""The central story over HTTP, on both databases: from a key to a correction that is remembered."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

from serving.replay.archive import BundleArchive
from serving.replay.replay import replay
from serving.store import Actor
from serving.store.estimate_search import EstimateFilter
from serving.store.verification import verify

GLOVES = {
    "description": "Nitrile gloves, box of 200",
    "supplier": "Example Medical Ltd",
    "amount": 412.0,
    "currency": "GBP",
    "date": "2022-04-24",
    "country": "GB",
}


def estimate(client, **changed):
    answer = client.post("/estimates", json={"lines": [GLOVES | changed]})
    assert answer.status_code == 200, answer.text
    return answer.json()["estimates"][0]


def tamper(url):
    change = "UPDATE audit_entries SET payload = replace(payload, 'gloves', 'desks') WHERE kind = 'estimate'"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (name,) in connection.execute(triggers).fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(change)
    else:
        with psycopg.connect(url) as connection:
            connection.execute("ALTER TABLE audit_entries DISABLE TRIGGER USER")
            connection.execute(change)


class OneModel(BundleArchive):
    """An archive of the bundle that is served."""

    def find(self, version):
        return Path(version)


def outcomes(service):
    with service.store.reading(Actor.local()) as reading:
        archive = OneModel(Path())
        found = replay(reading, EstimateFilter(), archive, load=lambda _: service.model)
        return [one.outcome for one in found]


def test_from_a_key_to_a_remembered_correction_and_a_tampered_row(serve, url):
    service = serve(url)
    buyer = service.client(service.key("buyer", "estimate"))
    anna_key, bert_key = service.key("anna", "review"), service.key("bert", "review")
    anna, bert = service.client(anna_key), service.client(bert_key)
    before = estimate(buyer)
    assert before["category_code"] == "326199"

    explained = anna.get(f"/estimates/{before['estimate_id']}").json()
    assert explained["recorded"]["estimate"]["evidence"]
    assert explained["arithmetic"]["conversions"]
    assert explained["recorded"]["who"] == buyer.headers["authorization"].split("_")[1]

    correction = {"category_code": "339113", "category_scheme": "NAICS 2017"}
    reviewed = anna.post(
        f"/estimates/{before['estimate_id']}/reviews",
        json={"correction": correction, "comment": "Medical gloves.", "reference": "data sheet 7"},
    )
    assert reviewed.status_code == 201, reviewed.text
    approval = f"/estimates/{before['estimate_id']}/reviews/{reviewed.json()['sequence']}/approval"
    assert anna.post(approval).status_code == 409
    assert estimate(buyer)["corrections"] == []
    approved = bert.post(approval, json={"comment": "Agreed."})
    assert (approved.status_code, approved.json()["status"]) == (201, "approved"), approved.text

    after = estimate(buyer, supplier="EXAMPLE MEDICAL", amount=824.0)
    assert (after["category_code"], after["status"], after["reason"]) == ("339113", "estimated", "corrected")
    assert after["kg_co2e"] != 2 * before["kg_co2e"]
    [mark] = after["corrections"]
    assert mark["applied"]
    assert mark["reviewed_by"] == anna_key.split("_")[1]
    assert mark["approved_by"] == bert_key.split("_")[1]
    assert (mark["estimate_id"], mark["comment"]) == (before["estimate_id"], "Medical gloves.\nAgreed.")
    assert "Medical gloves." in after["explanation"]
    again = anna.get(f"/estimates/{after['estimate_id']}").json()
    assert again["recorded"]["estimate"] == after
    assert [step["status"] for step in anna.get(f"/estimates/{before['estimate_id']}").json()["reviews"]] == [
        "approved",
        "reviewed",
    ]
    assert [one["status"] for one in bert.get("/reviews").json()["items"]] == ["approved"]

    assert verify(service.store).findings == []
    assert outcomes(service) == ["equal"] * 3  # the corrected one too
    tamper(url)
    assert outcomes(service) == ["different"] * 3
    assert {finding.fault for finding in verify(service.store).findings} == {"changed"}
