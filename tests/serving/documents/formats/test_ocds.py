"""OCDS: what contracts bought, each thing once, whatever releases and stages tell of it."""

import json
from decimal import Decimal

import pytest

from data.errors import UnreadableDocumentError
from serving.documents import read_ledger
from serving.documents.formats.document import NoPurchaseLinesError
from serving.documents.formats.ocds import OcdsFormat


def money(amount: float) -> dict:
    return {"amount": amount, "currency": "GBP"}


def item(number: int, quantity: float | None = None, price: float | None = None) -> dict:
    return {
        "id": str(number),
        "description": f"Thing {number}",
        "classification": {"scheme": "CPV", "id": "39130000-2"},
        "quantity": quantity,
        "unit": {"name": "Each", "value": money(price)} if price is not None else None,
    }


def release(tag: str, date: str = "2024-01-01", ocid: str = "ocds-x-1", **parts: object) -> dict:
    return {
        "ocid": ocid,
        "id": f"{ocid}-{tag}",
        "date": f"{date}T00:00:00Z",
        "tag": [tag],
        "buyer": {"name": "Town"},
        **parts,
    }


def read(*values: object):
    content = "\n".join(json.dumps(value) for value in values).encode()
    assert OcdsFormat().recognises(content)
    return OcdsFormat().read(content, "ocds.json")


AWARD = {
    "id": "a1",
    "title": "Desks",
    "value": money(100),
    "suppliers": [{"name": "Wood Ltd"}],
    "items": [item(1, 4, 25)],
}
CONTRACT = {
    "id": "c1",
    "awardID": "a1",
    "value": money(80),
    "items": [item(1, 4, 20)],
    "dateSigned": "2024-03-01",
}


def test_a_contract_counts_instead_of_its_award_and_its_tender():
    tender = {"id": "t", "value": money(500), "items": [item(1, 4, 125)]}
    (document,) = read(release("contract", tender=tender, awards=[AWARD], contracts=[CONTRACT]))
    (line,) = document.lines
    assert (line.amount, line.quantity, line.currency, line.date) == (80, 4, "GBP", "2024-03-01")
    assert (line.supplier, line.buyer, line.category_scheme) == ("Wood Ltd", "Town", "CPV")
    assert line.own["counted_by"] == "contract"


def test_an_award_counts_where_no_contract_came_from_it():
    (document,) = read(release("award", awards=[AWARD, AWARD | {"id": "a2"}], contracts=[CONTRACT]))
    assert [line.own["counted_by"] for line in document.lines] == ["contract", "award"]
    assert document.stated_total == Decimal(180)


def test_a_process_is_counted_once_however_many_releases_tell_of_it():
    releases = [
        release("award", "2024-01-01", awards=[AWARD]),
        release("contract", "2024-02-01", contracts=[CONTRACT]),
    ]
    (document,) = read({"releases": releases})
    assert [line.amount for line in document.lines] == [80]
    (by_lines,) = read(*releases)
    assert by_lines.lines == document.lines


def test_the_latest_release_of_a_contract_wins():
    later = CONTRACT | {"value": money(90), "items": [item(1, 3, 30)]}
    releases = [
        release("contractAmendment", "2024-05-01", contracts=[later]),
        release("contract", contracts=[CONTRACT]),
    ]
    (document,) = read({"releases": releases})
    assert [(line.amount, line.quantity) for line in document.lines] == [(90, 3)]


def test_what_items_leave_of_the_value_is_a_line():
    (document,) = read(release("award", awards=[AWARD | {"value": money(130)}]))
    assert [line.amount for line in document.lines] == [100, 30]
    assert document.lines[1].description.startswith("Rest of award: Desks")


def test_the_only_item_without_a_value_gets_the_rest():
    (document,) = read(release("award", awards=[AWARD | {"items": [item(1, 2, 10), item(2, 5)]}]))
    assert [(line.description, line.amount, line.quantity) for line in document.lines] == [
        ("Thing 1", 20, 2),
        ("Thing 2", 80, 5),
    ]


def test_several_items_without_values_share_one_line():
    (document,) = read(release("award", awards=[AWARD | {"items": [item(1, 2), item(2, 5)]}]))
    assert [(line.description, line.amount, line.quantity) for line in document.lines] == [
        ("Thing 1; Thing 2", 100, None)
    ]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"tender": {"value": money(5)}}, "a tender only"),
        ({"planning": {"budget": {"amount": money(5)}}}, "planning only"),
        ({"awards": [AWARD | {"status": "cancelled"}]}, "not in force"),
    ],
)
def test_what_was_not_bought_is_no_purchase_and_says_so(tmp_path, parts, words):
    path = tmp_path / "tender.json"
    path.write_text(json.dumps(release("x", **parts)), encoding="utf-8")
    with pytest.raises(NoPurchaseLinesError, match=words):
        read_ledger(path)


def test_broken_json_names_the_line():
    content = json.dumps(release("award", awards=[AWARD])).encode() + b'\n{"ocid": "x", '
    with pytest.raises(UnreadableDocumentError, match="on line 2"):
        OcdsFormat().read(content, "ocds.jsonl")


def test_a_json_ledger_is_no_ocds():
    assert not OcdsFormat().recognises(b'[{"description": "Paper", "amount": 5}]')


@pytest.mark.data_package
def test_every_real_file_has_lines_that_add_up_or_a_reason(data_dir):
    lines, reasons = {}, set()
    for path in sorted((data_dir / "documents" / "ocds").rglob("*.json*")):
        assert OcdsFormat().recognises(path.read_bytes()), path.name
        for document in OcdsFormat().read(path.read_bytes(), path.name):
            if document.lines:
                lines[f"{path.parent.name}/{path.name}"] = len(document.lines)
                assert sum(line.amount for line in document.lines) == document.stated_total, path.name
            else:
                reasons.add(document.reason)
    assert len(lines) == 7
    assert set(lines.values()) == {2}
    assert len(reasons) == 4
