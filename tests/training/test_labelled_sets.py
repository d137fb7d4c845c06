import re
from collections import Counter

import pandas as pd
import pytest

from data.buyers_words import purchase_wordings
from data.labelled import austin_lines
from models.reference_index import ReferenceIndex
from training.labelled_sets import labelled_sets, wordings
from training.reference_entries import labelled_entries, reference_entries

pytestmark = pytest.mark.data_package


@pytest.fixture(scope="module")
def sets():
    return {labelled.name: labelled for labelled in labelled_sets()}


def test_every_set_is_whole(sets):
    assert set(sets) == {"austin", "grocery", "public"}
    for labelled in sets.values():
        n = len(labelled.text)
        columns = ("description", "supplier", "accepted", "group", "record", "weight", "trust")
        assert {len(getattr(labelled, column)) for column in columns} == {n}
        assert ((labelled.trust > 0) & (labelled.trust <= 1)).all()
        assert (labelled.text != "").all()
        assert all(
            codes and all(re.fullmatch(r"\d{6}", code) for code in codes) for codes in labelled.accepted
        )
        assert len(set(labelled.record)) == n
        assert 100 < len(set(labelled.group)) <= n


def test_no_two_groups_of_municipal_lines_share_a_commodity_code_or_a_description(sets):
    lines = austin_lines().assign(group=sets["austin"].group)
    lines["words"] = lines["description"].str.lower().str.replace(r"[^0-9a-z]", "", regex=True)
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


def test_a_text_is_its_description_and_its_supplier(sets):
    for name in ("austin", "grocery"):
        assert (sets[name].supplier == "").all()
        assert sets[name].text.tolist() == sets[name].description.tolist()
    public = sets["public"]
    assert (public.supplier != "").mean() > 0.99
    named = public.supplier != ""
    assert (public.text == (public.description + ", " + public.supplier))[named].all()


def test_every_line_can_be_kept_from_finding_itself(sets):
    for labelled in sets.values():
        assert set(labelled_entries(labelled)["source_code"]) == set(labelled.record)
    records = [record for labelled in sets.values() for record in labelled.record]
    assert len(set(records)) == len(records)


def test_a_label_is_shared_out_as_people_voted_and_else_by_order(sets):
    for labelled in sets.values():
        assert all(sum(share.values()) == pytest.approx(1) for share in labelled.shares)
    grocery = sets["grocery"]
    mostly = [
        share.get(codes[0], 0) == max(share.values())
        for share, codes in zip(grocery.votes, grocery.accepted, strict=True)
    ]
    assert sum(mostly) / len(mostly) > 0.99
    assert {len(code) for share in grocery.votes for code in share} == {6}
    assert sets["austin"].shares[0] == {sets["austin"].accepted[0][0]: 1.0}
    row = next(n for n, codes in enumerate(sets["public"].accepted) if len(codes) == 2)
    assert list(sets["public"].shares[row].values()) == pytest.approx([1 / 1.6, 0.6 / 1.6])


@pytest.mark.parametrize("name", ["austin", "grocery", "public"])
def test_the_first_lines_are_whole_groups_and_all_of_a_line(sets, name):
    labelled, first = sets[name], sets[name].first(200)
    kept = pd.Series(labelled.group).isin(first.group).to_numpy()
    assert 150 < len(first.text) == kept.sum() <= 200
    assert first.text.tolist() == labelled.text[kept].tolist()
    assert first.accepted == [codes for codes, keep in zip(labelled.accepted, kept, strict=True) if keep]
    assert first.record.tolist() == labelled.record[kept].tolist()
    assert first.trust.tolist() == labelled.trust[kept].tolist()
    assert first.shares == [share for share, keep in zip(labelled.shares, kept, strict=True) if keep]
    assert list(first.supplier.index) == list(range(len(first.text)))


def test_a_first_group_that_is_too_large_is_kept_all_the_same(sets):
    assert set(sets["public"].first(1).group) == {sets["public"].group[0]}


def test_more_lines_than_there_are_is_all_of_them(sets):
    assert len(sets["public"].first(10**6).text) == len(sets["public"].text)


def test_two_wordings_of_each_category_that_an_index_holds_are_learned_from(encoder):
    known = purchase_wordings()
    entries = reference_entries([])
    held = entries[entries["source_code"].isin(known["record"][known["naics_code"].str.startswith("3391")])]
    index = ReferenceIndex.from_vectors(held, encoder.transform(held["text"]))

    chosen = wordings(index)

    count = Counter(codes[0] for codes in chosen.accepted)
    assert set(count) == set(held["naics_code"])
    assert set(count.values()) == {2}
    assert set(chosen.record) <= set(held["source_code"])
    assert len(set(chosen.group)) == len(chosen.text)
    assert [known.set_index("record")["naics_code"][record] for record in chosen.record] == [
        codes[0] for codes in chosen.accepted
    ]


def test_an_index_without_wordings_teaches_none(encoder):
    entries = reference_entries([])
    classified = entries[entries["source"] == "naics_2017_titles"].head(20)

    assert (
        len(wordings(ReferenceIndex.from_vectors(classified, encoder.transform(classified["text"]))).text)
        == 0
    )
