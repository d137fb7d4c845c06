"""Documents that mean harm: each is refused clearly, or read safely, in bounded memory and time."""

import json
import time
import tracemalloc
from pathlib import Path

import pandas as pd
import pytest

from data.errors import LedgerprintError, UnreadableDocumentError
from serving.documents import read_ledger
from serving.outputs import write_table

ROOT = (
    '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"{}>'
)
LINE = (
    "<cac:InvoiceLine><cbc:ID>1</cbc:ID>"
    '<cbc:LineExtensionAmount currencyID="EUR">5</cbc:LineExtensionAmount>'
    "<cac:Item><cbc:Name>{}</cbc:Name></cac:Item></cac:InvoiceLine>"
)
LAUGHS = (
    "<!DOCTYPE Invoice [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "]>"
)
MIB = 1 << 20


def invoice(name: str = "Soap", attributes: str = "") -> str:
    return f"{ROOT.format(attributes)}<cbc:ID>1</cbc:ID>{LINE.format(name)}</Invoice>"


def refusal(path: Path, content: bytes) -> str:
    """Read what must be refused, soon and without more memory than the file takes a few times."""
    path.write_bytes(content)
    started = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(LedgerprintError) as refused:
            read_ledger(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.monotonic() - started < 30
    assert peak < 4 * len(content) + 64 * MIB
    assert isinstance(refused.value, UnreadableDocumentError)
    message = str(refused.value)
    assert ": got " in message
    assert "expected" in message
    return message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "body",
    [
        invoice("&a9;"),
        invoice(attributes=' x="&a9;"'),
        invoice().replace("<cac:Item>", '<cac:Item x="&a9;">'),
    ],
    ids=["text", "attribute of the root", "attribute within"],
)
def test_a_billion_laughs_are_refused(tmp_path, body, encoding):
    assert "XML" in refusal(tmp_path / "a.xml", (LAUGHS + body).encode(encoding))


@pytest.mark.parametrize("place", ["file:///etc/passwd", "http://127.0.0.1:9/x"])
def test_external_entities_are_refused_and_not_fetched(tmp_path, place):
    content = f'<!DOCTYPE Invoice [<!ENTITY x SYSTEM "{place}">]>{invoice("&x;")}'
    assert "defines entities" in refusal(tmp_path / "a.xml", content.encode())


def test_a_remote_definition_is_not_fetched(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text(
        f'<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/invoice.dtd">{invoice()}', encoding="utf-8"
    )
    assert read_ledger(path).lines["description"].tolist() == ["Soap"]


def test_a_hundred_megabytes_of_nesting_are_refused(tmp_path):
    opened = ROOT.format("").encode()
    assert "split" in refusal(tmp_path / "a.xml", opened + b"<a>" * (100 * MIB // 3))
    assert "depth" in refusal(tmp_path / "a.xml", opened + b"<a>" * 100_000)


def test_json_of_unreasonable_depth_is_refused(tmp_path):
    content = b'{"ocid": "x", "tag": ["award"], "awards": ' + b"[" * (20 * MIB)
    assert "broken JSON" in refusal(tmp_path / "a.json", content)


def test_truncated_xml_is_refused(tmp_path):
    assert "broken" in refusal(tmp_path / "a.xml", invoice().encode()[:-30])


def test_a_wrong_encoding_declaration_is_refused(tmp_path):
    for declared, stored in (("UTF-8", "latin-1"), ("UTF-16", "latin-1"), ("nonsense", "utf-8")):
        content = f'<?xml version="1.0" encoding="{declared}"?>{invoice("Käse")}'.encode(stored)
        assert "encoding" in refusal(tmp_path / "a.xml", content)


def test_xml_of_another_kind_is_named(tmp_path):
    message = refusal(tmp_path / "a.xml", b'<Quotation xmlns="urn:example"><x/></Quotation>')
    assert "got an XML document <Quotation> of urn:example" in message


def test_no_formula_survives_into_an_export(tmp_path):
    names = ["=HYPERLINK(1)", "+1+cmd", "-2+3", "@SUM(A1)"]
    path = tmp_path / "a.xml"
    lines = "".join(LINE.format(name) for name in names)
    path.write_text(f"{ROOT.format('')}<cbc:ID>=1+1</cbc:ID>{lines}</Invoice>", encoding="utf-8")
    source = read_ledger(path).source
    assert source["description"].tolist() == names
    write_table(source, tmp_path / "out.csv")
    exported = pd.read_csv(tmp_path / "out.csv", dtype=str)
    assert exported["description"].tolist() == [f"'{name}" for name in names]
    assert exported["document_id"].tolist() == ["'=1+1"] * 4


def test_figures_beyond_reason_are_said_and_not_computed(tmp_path):
    path = tmp_path / "a.json"
    award = {"id": "1", "title": "x", "value": {"amount": "1e999999999", "currency": "EUR"}}
    path.write_text(json.dumps({"ocid": "x", "tag": ["award"], "awards": [award]}), encoding="utf-8")
    assert read_ledger(path).lines["issue"].tolist() == ["amount_unreadable"]
