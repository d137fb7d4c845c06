"""Column choices as a user types them."""

import pytest

from data.errors import ColumnMappingError
from serving.documents.mapping import parse_mapping


def test_the_first_equals_sign_parts_field_and_column():
    assert parse_mapping([" amount = Net=GBP ", "date="]) == {"amount": "Net=GBP", "date": ""}


@pytest.mark.parametrize("written", ["amount", "", "=Net", " = Net"])
def test_a_pair_without_a_field_or_an_equals_sign_is_refused(written):
    with pytest.raises(ColumnMappingError, match="expected FIELD=COLUMN"):
        parse_mapping([written])


def test_a_field_is_given_once():
    with pytest.raises(ColumnMappingError, match="'amount' twice"):
        parse_mapping(["amount=Net", "amount=Gross"])
