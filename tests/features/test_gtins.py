"""GTINs as buyers write them: normalised, put right where that is sure, and refused with a reason."""

import pytest

from features.gtins import read_gtin


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("40123455", "00000040123455"),
        ("036000291452", "00036000291452"),
        ("4006381333931", "04006381333931"),
        ("04006381333931", "04006381333931"),
        ("400-6381-33393 1", "04006381333931"),
        ("4006381333931.0", "04006381333931"),
    ],
)
def test_every_length_and_spelling_of_a_number_is_the_same_number(written, digits):
    reading = read_gtin(written)

    assert (reading.digits, reading.names_product, reading.note) == (digits, True, "")


def test_a_upc_that_lost_its_leading_zero_gets_it_back_and_says_so():
    reading = read_gtin("36000291452")

    assert reading.digits == "00036000291452"
    assert "with its leading zeros" in reading.note


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("4006381333932", "check digit should be 1"),
        ("36000291453", "expected 8, 12, 13 or 14 digits"),
        ("4.00638E+12", "a spreadsheet has rounded"),
        ("00000000", "expected 8, 12, 13 or 14 digits"),
        ("n/a", "expected 8, 12, 13 or 14 digits"),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", "expected 8, 12, 13 or 14 digits"),
        ("9" * 500, "…"),
    ],
)
def test_what_is_no_gtin_says_why_and_is_not_used(written, said):
    reading = read_gtin(written)

    assert (reading.digits, reading.names_product) == ("", False)
    assert said in reading.note
    assert reading.note.endswith("it was not used.")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2112345678900", "restricted circulation: one region"),
        ("02345673", "restricted circulation: one company"),
        ("0412345678903", "restricted circulation: one company"),
        ("9810000000006", "a coupon"),
        ("9912345678909", "a coupon"),
        ("512345678900", "an old coupon"),
        ("9800000000007", "a refund receipt"),
    ],
)
def test_numbers_that_mean_other_goods_elsewhere_are_no_product_identity(written, said):
    reading = read_gtin(written)

    assert reading.digits == written.zfill(14)
    assert not reading.names_product
    assert said in reading.note


def test_nothing_in_place_of_a_number_is_nothing_to_say():
    assert read_gtin("  ").note == ""
