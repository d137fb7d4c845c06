import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaError

from models.buyer_codes import BuyerCodes

TABLE = pd.DataFrame(
    [
        ("NACE", "2120", "325412"),
        ("NACE", "2120", "325414"),
        ("NACE", "2223", "326199"),
        ("HS", "401511", "339113"),
        ("HS", "401519", "315990"),
        ("NAICS", "339112", "339112"),
        ("EMDN", "A", "339112"),
        ("EMDN", "A01", "339113"),
    ],
    columns=["scheme", "code", "naics_code"],
)


@pytest.fixture
def codes() -> BuyerCodes:
    return BuyerCodes(TABLE)


def test_a_short_code_stands_for_every_code_that_begins_with_it(codes):
    assert codes.categories("HS", "4015") == ("315990", "339113")
    assert codes.categories("NACE", "21") == ("325412", "325414")


def test_a_longer_code_is_cut_until_it_is_known(codes):
    assert codes.categories("HS", "4015110000") == ("339113",)
    assert codes.categories("NAICS", "33911299") == ("339112",)


def test_a_code_is_never_cut_to_fewer_digits_than_name_a_kind_of_goods(codes):
    assert codes.categories("HS", "9999") == ()
    assert codes.categories("HS", "40") == ()
    assert codes.categories("NACE", "9") == ()


@pytest.mark.parametrize("written", ["21.20", "21 20", "21.20.0", " 2120 ", "21-20"])
@pytest.mark.parametrize("scheme", ["NACE", "nace rev. 2", "SIC", "SIC 2007", "UK-SIC"])
def test_points_blanks_and_names_of_the_scheme_do_not_matter(codes, scheme, written):
    assert codes.categories(scheme, written) == ("325412", "325414")


@pytest.mark.parametrize(
    ("scheme", "code"), [("house codes", "2120"), ("", "2120"), ("NACE", ""), ("NACE", "-")]
)
def test_an_unknown_scheme_and_an_empty_code_point_nowhere(codes, scheme, code):
    assert codes.categories(scheme, code) == ()


def test_letters_of_a_device_code_are_read_in_either_case(codes):
    assert codes.categories("EMDN", "a0199") == ("339113",)
    assert codes.categories("EMDN", "a99") == ("339112", "339113")


def test_lines_are_marked_in_order_and_lines_without_a_known_code_are_left_blank(codes):
    classes = np.array(["315990", "325412", "325414", "339113"])
    marked = codes.matrix(["HS", "", "NACE", "HS"], ["4015", "", "2120", "401511"], classes).toarray()
    np.testing.assert_array_equal(marked, [[1, 0, 0, 1], [0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]])


def test_a_table_with_codes_as_written_is_refused():
    with pytest.raises(SchemaError, match="code"):
        BuyerCodes(TABLE.assign(code="21.20"))


def test_the_shipped_table_leads_the_british_code_of_pharmaceuticals_to_their_makers(model):
    found = model.codes.categories("SIC 2007", "21.20")
    assert {"325411", "325412", "325414"} <= set(found)
    assert len(found) < 10
    assert model.codes.categories("HS", "3004.90") == model.codes.categories("hs code", "300490")


@pytest.mark.parametrize(
    ("scheme", "code", "written"),
    [
        ("NACE", "0110", "1.1"),
        ("NACE", "0110", "01.1"),
        ("CPV", "03111000", "3111000-2"),
        ("HS", "090121", "901.21"),
    ],
)
def test_the_nought_that_a_spreadsheet_took_off_is_put_back(scheme, code, written):
    other = {"NACE": "1101", "CPV": "31110000", "HS": "901210"}[scheme]
    table = pd.DataFrame(
        [(scheme, code, "111110"), (scheme, other, "325412")], columns=["scheme", "code", "naics_code"]
    )
    assert BuyerCodes(table).categories(scheme, written) == ("111110",)


def test_a_sector_whose_code_is_a_range_is_all_of_it():
    rows = [("NAICS", code, code) for code in ("313310", "321113", "332510", "444110")]
    codes = BuyerCodes(pd.DataFrame(rows, columns=["scheme", "code", "naics_code"]))
    assert codes.categories("NAICS 2017", "31-33") == ("313310", "321113", "332510")
    assert codes.categories("NAICS", "44-45") == ("444110",)


def test_a_category_counts_by_the_share_of_its_codes_that_a_code_holds():
    rows = [
        ("NACE", "2120", "325412"),
        *(("NACE", code, "339113") for code in ("2120", "3250", "3299", "2813")),
    ]
    codes = BuyerCodes(pd.DataFrame(rows, columns=["scheme", "code", "naics_code"]))
    assert codes.shares("SIC 2007", "21.20") == {"325412": 1.0, "339113": 0.25}
    assert codes.shares("SIC 2007", "32") == {"339113": 0.5}
    found = codes.matrix(["SIC 2007", ""], ["21.20", ""], np.array(["325412", "339113"])).toarray()
    np.testing.assert_array_equal(found, [[1.0, 0.25], [0.0, 0.0]])
