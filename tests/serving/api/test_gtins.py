"""GTINs on lines of a request: a wrong one is a note, a store's own number is nobody else's product."""

import pytest

from serving.store import Actor
from serving.store.estimate_search import EstimateFilter, search_estimates
from serving.store.goods import comparable_gtin

GLOVES = {
    "description": "Nitrile gloves",
    "amount": 100.0,
    "currency": "USD",
    "quantity": 4.0,
    "unit": "piece",
}
FIGURE = {"kg_co2e_per_unit": 2.5, "unit": "piece", "source": "EPD 7"}
GTIN = "4006381333931"
IN_STORE = "2112345678900"


@pytest.fixture
def asked(service):
    client = service.client(service.key("anna"))

    def ask(**line):
        answer = client.post("/estimates", json={"lines": [line]})
        assert answer.status_code == 200, answer.text
        return answer.json()["estimates"][0]

    ask.client = client
    return ask


def test_a_wrong_check_digit_is_a_note_on_the_line_that_is_recorded_with_it(asked, service):
    found = asked(**GLOVES, gtin="4006381333932")

    assert found["status"] == "estimated"
    assert found["explanation"].endswith(
        'Got the GTIN "4006381333932", whose check digit should be 1: correct it; it was not used.'
    )
    with service.store.reading(Actor.local("default")) as reading:
        (recorded,) = search_estimates(reading, EstimateFilter()).items
    assert recorded.content.note.startswith(' Got the GTIN "4006381333932"')
    assert recorded.content.estimate["explanation"].endswith(recorded.content.note)


def test_one_product_in_three_spellings_gets_its_supplier_figure(asked):
    declared = asked.client.put("/supplier-figures", json=FIGURE | {"gtin": GTIN})
    assert declared.status_code == 200, declared.text

    for written in (GTIN, f"0{GTIN}", "400638-1333931"):
        assert asked(**GLOVES, gtin=written)["method"] == "supplier-specific"
    assert {comparable_gtin(written) for written in (GTIN, f"0{GTIN}")} == {"04006381333931"}


def test_numbers_that_a_store_gave_out_identify_nothing(asked):
    refused = asked.client.put("/supplier-figures", json=FIGURE | {"gtin": IN_STORE})
    found = asked(**GLOVES, gtin=IN_STORE)

    assert refused.status_code == 422
    assert "names the same product everywhere" in refused.json()["detail"]
    assert "restricted circulation" in found["explanation"]


def test_a_number_that_nothing_is_known_about_is_unmatched_until_its_supplier_declares_it(asked):
    before = asked(gtin=GTIN, quantity=4.0, unit="piece")
    asked.client.put("/supplier-figures", json=FIGURE | {"gtin": GTIN})
    after = asked(gtin=GTIN, quantity=4.0, unit="piece")

    assert (before["status"], before["reason"]) == ("unmatched", "goods_unknown")
    assert (after["status"], after["kg_co2e"]) == ("estimated", 10.0)


def test_a_correction_of_the_number_lifts_what_is_not_known_about_it(asked, service):
    name = asked(**GLOVES, gtin=GTIN)["estimate_id"]
    correction = {"correction": {"category_code": "339113", "category_scheme": "NAICS 2017"}}
    review = asked.client.post(f"/estimates/{name}/reviews", json=correction)
    approver = service.client(service.key("bert"))
    approval = approver.post(f"/estimates/{name}/reviews/{review.json()['sequence']}/approval")
    assert approval.status_code == 201, approval.text

    found = asked(gtin=GTIN, amount=50.0, currency="USD")

    assert (found["status"], found["reason"]) == ("estimated", "corrected")
    assert found["category_code"] == "339113"
