"""ZIP archives of documents: one ledger, no file missed, and no bomb unpacked."""

import io
import json
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from data.errors import UnreadableDocumentError
from serving.documents import Ledger, ledgers_in

INVOICE = (
    '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
    "<cbc:ID>1</cbc:ID><cac:InvoiceLine><cbc:ID>1</cbc:ID>"
    '<cbc:LineExtensionAmount currencyID="EUR">{}</cbc:LineExtensionAmount>'
    "<cac:Item><cbc:Name>Soap</cbc:Name></cac:Item></cac:InvoiceLine></Invoice>"
)
ORDER = '<cXML payloadID="1"><Request><StatusUpdateRequest/></Request></cXML>'


def archive(path: Path, **files: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return path


def only(path: Path) -> Ledger:
    """The one ledger that an archive of documents is."""
    (ledger,) = ledgers_in(path)
    return ledger


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableDocumentError) as refused:
        ledgers_in(path)
    return str(refused.value)


def test_several_documents_become_one_ledger_whose_lines_say_their_file(tmp_path):
    path = archive(tmp_path / "a.zip", one=INVOICE.format("5"), two=INVOICE.format("6"), status=ORDER)
    ledger = only(path)
    assert ledger.source["file"].tolist() == ["one", "two"]
    assert ledger.lines["amount"].tolist() == [5.0, 6.0]
    assert ledger.lines["line_id"].is_unique
    assert any("StatusUpdateRequest" in note for note in ledger.notes)


def test_notes_of_thousands_of_documents_are_cut_short(tmp_path):
    statuses = {f"s{n}": f"<cXML><Request><Status{n}Request/></Request></cXML>" for n in range(50)}
    ledger = only(archive(tmp_path / "a.zip", one=INVOICE.format("5"), **statuses))
    assert "40 more notes of that kind." in ledger.notes


def test_an_invoice_that_is_there_twice_counts_once(tmp_path):
    invoice = INVOICE.format("5")
    ledger = only(archive(tmp_path / "a.zip", a=invoice, b=invoice.replace("?>", "?> ")))
    assert ledger.lines["amount"].tolist() == [5.0]
    assert "b: the same UBL invoice as a, counted once." in ledger.notes


def test_a_contract_that_several_files_tell_of_counts_once(tmp_path):
    award = {"id": "a1", "title": "Desks", "value": {"amount": 100, "currency": "GBP"}}
    contract = award | {"id": "c1", "awardID": "a1"}
    files = {
        "award": {
            "ocid": "x",
            "date": "2024-01-01",
            "tag": ["award"],
            "awards": [award, award | {"id": "a2"}],
        },
        "contract": {"ocid": "x", "date": "2024-02-01", "tag": ["contract"], "contracts": [contract]},
    }
    path = archive(
        tmp_path / "a.zip", **{name: json.dumps(one) for name, one in files.items()}, bad='{"ocid": "tag":'
    )
    ledger = only(path)
    assert ledger.source["counted_by"].tolist()[-2:] == ["contract", "award"]
    assert ledger.source["file"].iloc[-1] == "2 OCDS files"


def test_a_file_that_cannot_be_read_is_a_row_with_a_reason(tmp_path):
    broken = INVOICE.format("6")[:-20]
    path = archive(tmp_path / "a.zip", good=INVOICE.format("5"), broken=broken, picture=b"\x89PNG")
    lines = only(path).lines
    assert lines["issue"].tolist() == ["", "document_unreadable", "document_unreadable"]
    assert "broken" in lines["issue_detail"].iloc[1]


def test_the_one_ledger_of_an_archive_is_read(tmp_path):
    path = archive(tmp_path / "a.zip", ledger="description,amount,currency\nPaper,5.00,EUR\nPens,6.00,EUR\n")
    assert only(path).lines["amount"].tolist() == [5.0, 6.0]


def test_an_archive_without_documents_is_refused(tmp_path):
    assert "no file can be read" in refusal(archive(tmp_path / "a.zip", a="x", b="y"))


def test_an_archive_within_an_archive_is_not_opened(tmp_path):
    inner = archive(tmp_path / "inner.zip", one=INVOICE.format("5"))
    assert "archive within the archive" in refusal(archive(tmp_path / "a.zip", inner=inner.read_bytes()))


def test_a_bomb_is_refused_in_bounded_memory_and_time(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for number in range(3):
            with package.open(f"{number}.xml", "w", force_zip64=True) as member:
                for _ in range(300):
                    member.write(bytes(1 << 20))
    started = time.monotonic()
    tracemalloc.start()
    message = refusal(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "unpacks to more than 512 MiB" in message
    assert peak < 1.5 * (1 << 30)
    assert time.monotonic() - started < 60


def test_a_damaged_archive_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", one=INVOICE.format("5") * 20)
    content = bytearray(path.read_bytes())
    content[60:80] = bytes(20)
    path.write_bytes(content)
    assert "damaged archive" in refusal(path)


def test_an_encrypted_archive_is_refused(tmp_path):
    stream = io.BytesIO(archive(tmp_path / "a.zip", one=INVOICE.format("5")).read_bytes())
    content = bytearray(stream.getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path = tmp_path / "locked.zip"
    path.write_bytes(content)
    assert "encrypted archive" in refusal(path)
