import numpy as np
import pandas as pd
import pytest

from training.joined_labels import JoinedLabels, Use, is_users
from training.sources import Sources
from training.user_labels import UserLabelsError

CODES = {"339113", "325412", "337214", "322121", "324110"}
HEADER = "description,supplier,category_code,kg_co2e,mass_kg,amount,currency,weight\n"


@pytest.fixture
def read(tmp_path):
    def run(weight=2.0, **files):
        paths = []
        for name, rows in files.items():
            path = tmp_path / f"{name}.csv"
            path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
            paths.append(path)
        return JoinedLabels.read(paths, CODES, weight)

    return run


def products(encode):
    text = pd.Series(["writing paper", "diesel"])
    examples = pd.DataFrame(
        {
            "text": text,
            "kg_co2e_per_kg": [1.0, 3.0],
            "gate_kg_co2e_per_kg": [1.0, 3.0],
            "boundary": "gate",
            "domain": ["paper", "chemicals"],
            "group": ["p", "d"],
            "source": "uslci",
            "licence": "MIT",
            "weight": 1.0,
            "weight_kg": np.nan,
        }
    )
    return examples, encode(text)


@pytest.fixture
def sources(ledger_entries, ledger, council):
    return Sources(ledger_entries, [council, ledger], products=products)


def test_every_label_says_what_it_is_used_for(read):
    labels = read(
        a=[
            "drapes,Mediwrap,339113,,,,,",
            "Drapes,MEDIWRAP,339113,,,,,",
            "desk,,337214,120,40,,,",
            "copier paper,,,2.5,2.5,,,",
            "toner,,,3,,10,GBP,",
            "gloves,,339113,3,,10,GBP,",
        ],
        b=["drapes,Mediwrap,337214,,,,,"],
    )
    assert labels.lines["use"].tolist() == [
        Use.CATEGORY,
        Use.REPEATED,
        Use.BOTH,
        Use.INTENSITY,
        Use.PER_MONEY,
        Use.CATEGORY_NOT_KG,
        Use.DISPUTED,
    ]
    assert labels.lines["record"].iloc[[0, 6]].tolist() == ["user labels/a.csv:2", "user labels/b.csv:2"]
    assert is_users(labels.lines["record"].to_numpy(dtype=str)).all()
    assert not is_users(np.array(["austin:1"])).any()


def test_lines_join_the_public_ones_with_their_weight(read, sources, ledger):
    labels = read(weight=3.0, a=["drapes,Mediwrap,339113,,,,,2", "stools,,337214,,,,,"])
    joined = labels.join(sources)
    council, public = joined.sets
    assert council is sources.sets[0]
    assert (public.name, len(public.text)) == ("public", len(ledger.text) + 2)
    assert public.text.iloc[-2:].tolist() == ["drapes, mediwrap", "stools"]
    assert public.accepted[-2:] == [("339113",), ("337214",)]
    assert public.trust[-2:].tolist() == [6.0, 3.0]
    assert public.group[-2:].tolist() == ["mediwrap", "without supplier: stools"]
    added = joined.entries.iloc[len(sources.entries) :]
    assert set(added["source"]) == {"public_lines"}
    assert added.groupby("source_code")["weight"].first().to_dict() == {
        "user labels/a.csv:2": 6.0,
        "user labels/a.csv:3": 3.0,
    }
    assert set(added.loc[added["source_code"] == "user labels/a.csv:2", "view"]) == {
        "line",
        "description",
        "supplier",
    }


def test_labels_of_a_supplier_are_of_the_group_of_its_public_lines(read, sources):
    joined = read(a=["drapes,SEAT AND DESK,339113,,,,,"]).join(sources)
    assert joined.sets[1].group[-1] == "seatanddesk"


def test_products_with_kg_join_in_the_domain_of_their_nearest(read, sources, encoder):
    labels = read(weight=2.0, a=["envelopes of paper,Ream House,,5,2,,,3", "drapes,,339113,,,,,"])
    examples, vectors = labels.join(sources).products(encoder.transform)
    assert len(examples) == len(vectors) == 3
    mine = examples.iloc[2]
    assert (mine["kg_co2e_per_kg"], mine["domain"], mine["weight"]) == (2.5, "paper", 6.0)
    assert mine["source"] == "user labels/a.csv"
    assert mine["licence"] == "the user's own"


def test_labels_that_teach_one_thing_leave_the_rest_alone(read, sources, encoder):
    only_kg = read(a=["envelopes,,,5,2,,,"]).join(sources)
    assert only_kg.sets is sources.sets
    assert only_kg.entries is sources.entries
    only_codes = read(a=["drapes,,339113,,,,,"]).join(sources)
    assert len(only_codes.products(encoder.transform)[0]) == 2
    assert JoinedLabels([]).join(sources) is sources


def test_labels_become_a_set_of_their_own_where_there_are_no_public_lines(read, ledger_entries, council):
    joined = read(a=["drapes,,339113,,,,,"]).join(Sources(ledger_entries, [council]))
    assert [labelled.name for labelled in joined.sets] == ["austin", "public"]


def test_files_are_data_by_name_and_digest_and_their_order_does_not_matter(read):
    labels = read(b=["stools,,337214,,,,,"], a=["drapes,,339113,,,,,"])
    assert [read.name for read in labels.files] == ["a.csv", "b.csv"]
    versions = labels.versions()
    assert list(versions) == ["user labels/a.csv", "user labels/b.csv"]
    assert len(versions["user labels/a.csv"]["sha256"]) == 64


def test_two_files_of_one_name_are_refused(tmp_path):
    paths = [tmp_path / folder / "mine.csv" for folder in ("a", "b")]
    with pytest.raises(UserLabelsError, match=r"two files named mine\.csv"):
        JoinedLabels.read(paths, CODES)
