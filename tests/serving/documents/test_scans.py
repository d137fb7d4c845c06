"""Scans of barcodes: what they say about goods, and GS1's own test vectors."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

from serving.documents.scans import ScanError, read_scan

GTIN = "09520123456788"


@pytest.mark.parametrize(
    "text",
    [
        "]C10109520123456788310300019510A7\x1d21S1",
        "]d20109520123456788310300019510A7\x1d21S1",
        "]Q30109520123456788310300019510A7\x1d21S1",
        "\x1d0109520123456788310300019510A7\x1d21S1",
        "0109520123456788310300019510A7<GS>21S1",
        "0109520123456788310300019510A7{FNC1}21S1",
        "(01)09520123456788(3103)000195(10)A7(21)S1",
        "(01) 09520123456788 (3103) 000195 (10) A7 (21) S1",
        "https://id.gs1.org/01/09520123456788/10/A7/21/S1?3103=000195",
        "https://example.com/shop/gtin/9520123456788/lot/A7/ser/S1?utm=x&3103=000195",
    ],
)
def test_one_article_is_the_same_in_every_way_that_it_is_scanned(text):
    scan = read_scan(text)

    assert (scan.gtin, scan.batch, scan.serial) == (GTIN, "A7", "S1")
    assert (scan.quantity, scan.unit) == (Decimal("0.195"), "KGM")


@pytest.mark.parametrize(
    ("said", "quantity", "unit"),
    [
        ("(3102)001500", "15.00", "KGM"),
        ("(3201)000125", "12.5", "LBR"),
        ("(3562)000150", "1.50", "APZ"),
        ("(3150)000012", "12", "LTR"),
        ("(3162)000150", "1.50", "MTQ"),
        ("(3610)000005", "5", "GLL"),
        ("(3112)001250", "12.50", "MTR"),
        ("(3221)000105", "10.5", "FOT"),
        ("(3141)000025", "2.5", "MTK"),
        ("(30)24", "24", "PCE"),
        ("(30)24(3102)001500", "15.00", "KGM"),
        ("", "1", "PCE"),
    ],
)
def test_measures_and_counts_become_a_quantity_in_a_unit(said, quantity, unit):
    scan = read_scan(f"(01){GTIN}{said}")

    assert (scan.quantity, scan.unit) == (Decimal(quantity), unit)


def test_a_pallet_label_counts_what_is_in_it():
    scan = read_scan(f"(00)106141412345678908(02){GTIN}(37)25(10)ABC123")

    assert (scan.gtin, scan.quantity, scan.unit, scan.batch) == (GTIN, Decimal(25), "PCE", "ABC123")


def test_goods_of_variable_measure_have_no_quantity_without_it():
    scan = read_scan("(01)99501101020910")

    assert scan.quantity is None


def test_price_and_expiry_are_read():
    scan = read_scan(f"(01){GTIN}(3922)0299(15)261200(17)260930")

    assert scan.price == Decimal("2.99")
    assert scan.expiry == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(01)09520123456789", "check digit"),
        ("]E04006381333932", "check digit should be 1"),
        ("(01)09520123456788(17)261345", r"under \(17\) has the wrong"),
        ("]A0HELLO", "carries no GS1 data"),
        ("https://example.com/shop", "scan it again"),
        ("", "scan it again"),
        ("hello", "scan it again"),
    ],
)
def test_what_is_no_scan_of_goods_says_why(text, said):
    with pytest.raises(ScanError, match=said):
        read_scan(text)


NOT_OF_GOODS = "401 426 3910 4300 4307 4309 4326 7023 7030 7040 7252 7258 8001 8007 8011 8013 8026 8110 8112"
LENIENT = {
    "HtTp://a/b/00/006141411234567890": "schemes are read in any case (RFC 3986)",
    "https://[fe80::1%25lo]/01/12312312312333": "nobody is asked at the address, so it may be any",
    "https://a/gtin/12312312312333": "words of the first edition are read, as with permitConvenienceAlphas",
    "https://a/01/12312312312333?99=": "an attribute that is empty is passed over",
    "https://a/01/12312312312333?99=ABC&999=faux": "an attribute that is unknown is passed over",
    "https://example.com/01/09520123456788?10=ABC123": "a batch may stand behind the question mark, too",
    "https://example.com/01/09520123456788?99=XYZ&89=ABC123": "an attribute that is unknown is passed over",
}
NOT_CHECKED = "the content of identifiers that say nothing of goods is not checked"
ZEROS = "leading zeros may be missing, as with PermitZeroSuppressedGTINinDLuris"
PLAIN = "plain text in a barcode names no goods: the scan is refused, and says so"
READ_ON = "a Digital Link in a plain barcode is read, too"


def outcome(vector):
    """Say "" where the vector comes out as GS1 has it, else the reason why not."""
    try:
        scan = read_scan(vector["input"])
    except ScanError:
        scan = None
    if (scan is not None) == vector["valid"] and (scan is None or as_expected(scan, vector)):
        return ""
    text, kind = vector["input"], vector["kind"]
    if kind == "syntax_check" and text[1:].partition(")")[0] in NOT_OF_GOODS.split():
        return NOT_CHECKED
    if kind == "scan_data" and text[:3] in {"]Q1", "]d1", "]J0"}:
        return READ_ON if "http" in text.lower() else PLAIN
    if kind == "digital_link" and text in LENIENT:
        return LENIENT[text]
    if kind == "digital_link" and scan is not None and scan.gtin.startswith("0"):
        return ZEROS
    return f"unexplained: {vector}, got {scan}"


def as_expected(scan, vector):
    expected = vector.get("expected")
    if expected is None:
        return True
    number, _, composite = expected.partition("|")
    if number and number.isdigit():
        return scan.gtin == number.zfill(14) and elements_text(scan) == composite
    return elements_text(scan) == expected


def elements_text(scan):
    """Write elements with a caret before the first and after each of variable length, as the vectors do."""
    text, parted = "", True
    for ai, value in scan.elements:
        text += ("^" if parted else "") + ai + value
        parted = GS1ApplicationIdentifier.extract(ai).separator_required
    return text


@pytest.mark.data_package
def test_vectors_of_gs1_come_out_as_expected_or_differ_for_a_reason(data_dir):
    vectors = json.loads((data_dir / "documents/gs1/test_vectors.json").read_text("utf-8"))

    reasons = Counter(outcome(vector) for vector in vectors)

    assert reasons == {
        "": 187,
        NOT_CHECKED: 80,
        PLAIN: 12,
        ZEROS: 5,
        READ_ON: 5,
        **Counter(LENIENT.values()),
        LENIENT["https://example.com/01/09520123456788?99=XYZ&89=ABC123"]: 4,
    }
