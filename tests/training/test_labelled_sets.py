import re

import pandas as pd
import pytest

from data.labelled import austin_lines, public_lines
from training.labelled_sets import labelled_sets
from training.reference_entries import labelled_entries

pytestmark = pytest.mark.data_package


@pytest.fixture(scope="module")
def sets():
    return {labelled.name: labelled for labelled in labelled_sets()}


def test_every_set_is_whole(sets):
    assert set(sets) == {"austin", "grocery", "public"}
    for labelled in sets.values():
        n = len(labelled.text)
        assert (
            n == len(labelled.accepted) == len(labelled.group) == len(labelled.record) == len(labelled.weight)
        )
        assert (labelled.text != "").all()
        assert all(
            codes and all(re.fullmatch(r"\d{6}", code) for code in codes) for codes in labelled.accepted
        )
        assert len(set(labelled.record)) == n
        assert 100 < len(set(labelled.group)) <= n


def test_no_two_groups_of_municipal_lines_share_a_commodity_code_or_a_description(sets):
    lines = austin_lines().assign(group=sets["austin"].group)
    lines["words"] = lines["description"].str.lower().str.replace(r"[^a-z]", "", regex=True)
    for key in ("nigp_code", "words"):
        assert not lines.drop_duplicates([key, "group"]).duplicated(key).any()


def test_groceries_that_begin_alike_are_one_group(sets):
    labelled = sets["grocery"]
    beginning = labelled.text.str.lower().str.replace(r"[^0-9a-z]", "", regex=True).str[:40]
    long_enough = beginning.str.len() == 40
    groups = pd.Series(labelled.group)[long_enough].groupby(beginning[long_enough]).nunique()
    assert (groups == 1).mean() > 0.99


def test_a_supplier_is_one_group_of_the_public_lines_however_it_is_spelt(sets):
    text = sets["public"].text.str.lower()
    groups = pd.Series(sets["public"].group)
    supplier = text.str.rpartition(", ")[2]
    pairs = pd.DataFrame({"supplier": supplier.str.replace(r"[^0-9a-z]", "", regex=True), "group": groups})
    assert not pairs.drop_duplicates().duplicated("supplier").any()


def test_every_public_line_can_be_kept_from_finding_itself(sets):
    known = set(labelled_entries(public_lines())["source_code"])
    assert set(sets["public"].record) <= known
