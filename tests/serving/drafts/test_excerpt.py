"""The excerpt of a document: its first rows, whatever its size, and how many there are if known."""

import codecs

import pandas as pd
import pytest

from data.errors import UnreadableDocumentError
from serving.documents.ledger import LedgerReading
from serving.drafts import excerpt as excerpts
from serving.drafts.archive_excerpt import take_excerpt
from serving.drafts.excerpt import ROWS, read_excerpt, write_excerpt

ROW = "Büromöbel für das Haus, Zimmer {n};{n},50;EUR\n"
HEADER = "Beschreibung;Betrag netto;Währung\n"


def text(rows: int) -> str:
    return HEADER + "".join(ROW.format(n=n) for n in range(rows))


def test_a_small_document_is_counted_and_cut(tmp_path):
    path = tmp_path / "year.csv"
    path.write_text(text(ROWS + 500), encoding="utf-8")

    excerpt = take_excerpt(path)

    assert excerpt.kind == "delimited text"
    assert excerpt.rows == [ROWS + 501]
    assert len(excerpt.tables[0].rows) == ROWS


def test_an_excerpt_is_read_as_it_was_written(tmp_path, examples):
    for name in ("hospital.csv", "council.csv"):
        excerpt = take_excerpt(examples / name)
        write_excerpt(excerpt, tmp_path)
        assert read_excerpt(tmp_path) == excerpt


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("cp1252", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
def test_of_a_large_text_only_the_beginning_is_read(tmp_path, encoding, mark):
    path = tmp_path / "year.csv"
    path.write_bytes(mark + text(200_000).encode(encoding))

    excerpt = take_excerpt(path)
    ledger = LedgerReading(path).first(excerpt.tables)

    assert not excerpt.is_counted
    assert len(ledger.lines) == ROWS - 1
    assert ledger.lines["description"].iloc[0] == "Büromöbel für das Haus, Zimmer 0"


def test_of_large_json_lines_and_parquet_only_the_beginning_is_read(tmp_path):
    frame = pd.DataFrame({"description": [f"desk {n}" for n in range(300_000)], "amount": 5.0})
    frame.to_json(tmp_path / "year.jsonl", orient="records", lines=True)
    frame.assign(noise=pd.Series(range(300_000)).map(lambda n: f"{n * 7919 % 1_000_003:064x}")).to_parquet(
        tmp_path / "year.parquet", row_group_size=50_000, compression=None
    )

    for name in ("year.jsonl", "year.parquet"):
        excerpt = take_excerpt(tmp_path / name)
        assert not excerpt.is_counted
        assert len(excerpt.tables[0].rows) == ROWS


def test_what_can_only_be_read_whole_is_refused_above_a_size(tmp_path, monkeypatch):
    path = tmp_path / "year.json"
    path.write_text("[" + ",".join('{"description":"desk","amount":5}' for _ in range(300_000)) + "]")
    monkeypatch.setattr(excerpts, "_MOST_WHOLE_BYTES", 1 << 20)

    with pytest.raises(UnreadableDocumentError, match="save it as CSV"):
        take_excerpt(path)


def test_long_cells_do_not_make_an_excerpt_long(tmp_path):
    path = tmp_path / "year.csv"
    path.write_text("Description,Amount\n" + ("x" * 100_000 + ",5\n") * 80)

    excerpt = take_excerpt(path)

    write_excerpt(excerpt, tmp_path)
    assert (tmp_path / "excerpt.json").stat().st_size < 9_000_000
