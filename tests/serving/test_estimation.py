"""From ledgers to an estimated ledger, with the model that ships."""

import json
import zipfile
from pathlib import Path

import pytest

from data.errors import LedgerprintError, UnknownFactorSetError
from models.footprint import FootprintModel
from models.persistence import load_model
from serving.estimation import LedgerOptions, RepeatedLedgerError, estimate_ledgers, read_ledgers


@pytest.fixture(scope="module")
def model() -> FootprintModel:
    return load_model()


def ledger(path: Path, *rows: str, header: str = "Description,Amount,Currency,Country") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def estimated(model, *paths, **options):
    said = LedgerOptions(**options)
    return estimate_ledgers(read_ledgers(paths, said), model, said)


def test_a_ledger_keeps_its_rows_and_names_the_factors_used(model, examples):
    result = estimated(model, examples / "council.csv", country="GB", currency="GBP")

    assert len(result.source) == len(result.lines) == len(result.estimates) == len(result.amount_usd) > 100
    assert result.total_kg == pytest.approx(result.estimates["kg_co2e"].sum())
    assert result.total_kg_low < result.total_kg < result.total_kg_high
    by_unit = result.factor_sources.set_index("set_id")["unit"]
    assert by_unit.index[0] == "defra-2023"
    assert {"agribalyse", "carbon_catalogue"} < set(by_unit.index)
    assert set(by_unit.iloc[1:]) == {"kg CO2e per kg, cradle to gate"}
    assert set(result.estimates["method"]) == {"spend-based", "average-data", ""}
    assert result.model_card["model_version"] == model.version


def test_files_of_the_same_name_are_told_apart(model, tmp_path):
    first = ledger(tmp_path / "a" / "l.csv", "desk,100,GBP,GB", "cable,50,GBP,GB")
    second = ledger(tmp_path / "b" / "l.csv", "piano,900,GBP,GB")

    result = estimated(model, first, second)

    assert list(result.estimates["line_id"]) == ["1-l.csv:1", "1-l.csv:2", "2-l.csv:1"]
    assert list(result.source["source_file"]) == ["1-l.csv", "1-l.csv", "2-l.csv"]


def test_files_with_other_columns_are_joined_without_losing_one(model, tmp_path):
    first = ledger(tmp_path / "a.csv", "desk,100,GBP,GB")
    second = ledger(
        tmp_path / "b.csv", "x,piano,900,GBP,GB", header="source_file,Description,Amount,Currency,Country"
    )

    source = estimated(model, first, second).source

    assert set(source.columns) == {
        "source_file", "source_file_", "Description", "Amount", "Currency", "Country",
    }  # fmt: skip
    assert list(source["Description"]) == ["desk", "piano"]
    assert "nan" not in {str(cell) for cell in source.to_numpy().ravel()}


def test_the_ledgers_of_an_archive_are_told_apart_and_each_has_its_own_notes(model, tmp_path):
    gross = ledger(tmp_path / "gross.csv", "desk,120,GBP", header="Description,Gross Amount,Currency")
    net = ledger(tmp_path / "net.csv", "desk,100,GBP,GB")
    path = tmp_path / "year.zip"
    with zipfile.ZipFile(path, "w") as package:
        for one in (gross, net, net):
            package.write(one, f"{'copy/' if one.name in package.namelist() else ''}{one.name}")

    alone = estimated(model, path)
    assert list(alone.estimates["line_id"]) == ["gross.csv:1", "net.csv:1"]
    assert list(alone.source["file"]) == ["gross.csv", "net.csv"]
    assert alone.amount_usd.iloc[0] == pytest.approx(alone.amount_usd.iloc[1])
    assert alone.notes[0] == "copy/net.csv: the same file as net.csv, counted once."
    assert 'gross.csv: Amounts include VAT (the header "Gross Amount" says so).' in alone.notes

    beside = estimated(model, path, ledger(tmp_path / "b.csv", "piano,900,GBP,GB"))
    assert list(beside.estimates["line_id"]) == ["year.zip:gross.csv:1", "year.zip:net.csv:1", "b.csv:1"]
    assert [one["column"] for one in beside.columns if one["field"] == "amount"] == [
        "year.zip/gross.csv: Gross Amount",
        "year.zip/net.csv: Amount",
        "b.csv: Amount",
    ]
    assert "year.zip: copy/net.csv: the same file as net.csv, counted once." in beside.notes


def test_a_contract_that_several_files_of_one_run_tell_of_counts_once(tmp_path):
    award = {"id": "a1", "title": "Desks", "value": {"amount": 100, "currency": "GBP"}}
    releases = {
        "award.json": {"ocid": "x", "date": "2024-01-01", "tag": ["award"], "awards": [award]},
        "contract.json": {
            "ocid": "x",
            "date": "2024-02-01",
            "tag": ["contract"],
            "contracts": [award | {"id": "c1", "awardID": "a1"}],
        },
    }
    paths = []
    for name, release in releases.items():
        paths.append(tmp_path / name)
        paths[-1].write_text(json.dumps(release), "utf-8-sig")

    (together,) = read_ledgers(paths, LedgerOptions())
    assert together.path.name == "2 OCDS files"
    assert together.source["counted_by"].tolist() == ["contract"]

    other = ledger(tmp_path / "b.csv", "piano,900,GBP,GB")
    beside = read_ledgers([paths[0], other, paths[1]], LedgerOptions())
    assert [one.path.name for one in beside] == ["2 OCDS files", "b.csv"]
    assert [len(one.lines) for one in beside] == [1, 1]

    paths[1].write_text('{"ocid": "x", "tag": [')
    with pytest.raises(LedgerprintError, match=r"contract\.json: got broken JSON"):
        read_ledgers(paths, LedgerOptions())


def test_several_ledgers_add_up_to_what_each_gives_alone(model, tmp_path):
    paths = [ledger(tmp_path / f"{n}.csv", f"desk,{n}00,GBP,GB") for n in (1, 2, 3)]

    together = estimated(model, *paths)

    assert together.total_kg == pytest.approx(sum(estimated(model, path).total_kg for path in paths))


def test_a_file_named_twice_is_refused(tmp_path):
    path = ledger(tmp_path / "l.csv", "desk,100,GBP,GB")

    with pytest.raises(RepeatedLedgerError, match="twice"):
        read_ledgers([path, tmp_path / "." / "l.csv"], LedgerOptions())


def test_the_header_decides_about_vat_unless_the_user_does(model, tmp_path):
    path = ledger(
        tmp_path / "l.csv", "desk,120,GBP,GB", header="Description,Gross amount inc VAT,Currency,Country"
    )

    by_header = estimated(model, path)
    by_user = estimated(model, path, vat="excluded")

    assert by_user.total_kg == pytest.approx(1.2 * by_header.total_kg, rel=1e-4)
    assert any("include VAT" in note for note in by_header.notes)
    assert any("exclude VAT (as you said)" in note for note in by_user.notes)


def test_an_assumption_about_vat_is_said_with_its_remedy(model, tmp_path):
    result = estimated(model, ledger(tmp_path / "l.csv", "desk,120,GBP,GB"))

    assert any("--vat included" in note for note in result.notes)


@pytest.mark.parametrize("rate", [-0.1, 20.0, float("nan")])
def test_a_vat_rate_that_is_no_share_is_refused_before_anything_is_read(rate):
    with pytest.raises(LedgerprintError, match="between 0 and 1"):
        LedgerOptions(vat_rate=rate)


def test_an_unknown_factor_set_is_refused_before_a_line_is_estimated(model, tmp_path):
    options = LedgerOptions(factor_set="epa")
    ledgers = read_ledgers([ledger(tmp_path / "l.csv", "desk,120,GBP,GB")], options)
    done: list[int] = []

    with pytest.raises(UnknownFactorSetError, match=r"expected one of .*epa-v1\.3"):
        estimate_ledgers(ledgers, model, options, done.append)

    assert not done


def test_progress_counts_every_line_once(model, tmp_path):
    paths = [ledger(tmp_path / f"{n}.csv", *["desk,100,GBP,GB"] * n) for n in (2, 3)]
    options = LedgerOptions()
    done: list[int] = []

    estimate_ledgers(read_ledgers(paths, options), model, options, done.append)

    assert sum(done) == 5
