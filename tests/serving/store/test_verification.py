"""Verification names whatever was changed, removed, moved or slipped in, with the triggers out of the way."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from serving.store import Actor, AuditStore
from serving.store.chain import HASHED_COLUMNS, NewEntry, entry_hash
from serving.store.heads import current_heads, heads_text, read_heads
from serving.store.keys import create_key
from serving.store.tables import Entry
from serving.store.verification import verify

LOCAL = Actor.local()
OTHER = Actor.local("other")
COLUMNS = [column.name for column in Entry.__table__.columns]
FILLED = {
    "subject": "line",
    "status": "estimated",
    "job_id": "job",
    "model_version": "m1",
    "factor_set": "f1",
    "gtin": "0",
    "goods": "g",
}


@pytest.fixture
def filled(store):
    """Ten entries of one tenant and three of another."""
    for actor, count in ((LOCAL, 10), (OTHER, 3)):
        with store.writing(actor) as writing:
            writing.append(
                NewEntry(kind="estimate", payload={"n": n}, line_date=writing.at.date(), **FILLED)
                for n in range(count)
            )
    return store


def tamper(store, *statements):
    """Change the database as somebody would who has its file or its password."""
    if store.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(store.engine.url.database, isolation_level=None)) as file:
            for (trigger,) in file.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                file.execute(f"DROP TRIGGER {trigger}")
            for statement in statements:
                file.execute(statement)
    else:
        with store.engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            for statement in statements:
                connection.exec_driver_sql(statement)
        store.engine.dispose()


def moved(number, to):
    return f"UPDATE audit_entries SET sequence = {to} WHERE tenant = 'default' AND sequence = {number}"  # noqa: S608


def found(store, known=()):
    return [(finding.fault, finding.tenant, finding.sequence) for finding in verify(store, known).findings]


def test_an_untouched_store_has_no_findings(filled):
    outcome = verify(filled)

    assert (outcome.entries, outcome.tenants, outcome.findings) == (13, 2, [])


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in {"tenant", "sequence"}])
@pytest.mark.parametrize("sequence", [1, 5, 10])
def test_one_changed_character_in_any_column_is_found_and_its_entry_named(filled, column, sequence):
    tamper(
        filled,
        f"UPDATE audit_entries SET {column} = 'x' || substr({column}, 2) "  # noqa: S608
        f"WHERE tenant = 'default' AND sequence = {sequence}",
    )

    assert found(filled) == [("changed", "default", sequence)]


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in {"tenant", "sequence"}])
def test_one_changed_byte_in_the_file_is_found_even_if_it_is_no_text_any_more(sqlite_url, column):
    with AuditStore(sqlite_url) as store:
        with store.writing(LOCAL) as writing:
            day = writing.at.date()
            writing.append(
                NewEntry(kind="estimate", payload={"n": n}, line_date=day, **FILLED) for n in range(3)
            )
        tamper(
            store,
            f"UPDATE audit_entries SET {column} = CAST(x'ff' || substr(CAST({column} AS BLOB), 2) AS TEXT) "  # noqa: S608
            "WHERE sequence = 2",
        )

        assert found(store) == [("changed", "default", 2)]


@pytest.mark.parametrize("column", ["sequence", "at", "hash"])
def test_a_changed_head_is_found(filled, column):
    value = "7" if column == "sequence" else "'x'"
    tamper(filled, f"UPDATE audit_heads SET {column} = {value} WHERE tenant = 'default'")  # noqa: S608

    assert {(fault, tenant) for fault, tenant, _ in found(filled)} <= {
        ("changed", "default"),
        ("inserted", "default"),
    }
    assert found(filled)


def test_an_entry_moved_to_another_tenant_is_missing_in_one_chain_and_too_much_in_the_other(filled):
    tamper(filled, "UPDATE audit_entries SET tenant = 'other' WHERE tenant = 'default' AND sequence = 6")

    assert ("missing", "default", 6) in found(filled)
    assert ("changed", "other", 6) in found(filled)


def test_missing_entries_are_named(filled):
    tamper(filled, "DELETE FROM audit_entries WHERE tenant = 'default' AND sequence IN (1, 4, 5)")

    assert found(filled) == [("missing", "default", 1), ("missing", "default", 4)]
    assert "4 to 5" in verify(filled).findings[1].detail


def test_a_cut_off_end_is_named(filled):
    tamper(filled, "DELETE FROM audit_entries WHERE tenant = 'default' AND sequence > 8")

    assert found(filled) == [("cut off", "default", 9)]


def test_a_chain_without_its_head_is_named(filled):
    tamper(filled, "DELETE FROM audit_heads WHERE tenant = 'other'")

    assert ("missing", "other", 0) in found(filled)


def test_an_entry_taken_out_with_the_later_ones_moved_up_is_missing_and_they_are_reordered(filled):
    tamper(
        filled,
        "DELETE FROM audit_entries WHERE tenant = 'default' AND sequence = 4",
        *(moved(number, number - 1) for number in range(5, 11)),
    )

    assert found(filled) == [
        *(("reordered", "default", number) for number in range(4, 10)),
        ("missing", "default", 4),
    ]


def test_two_entries_that_changed_places_are_reordered(filled):
    tamper(
        filled,
        moved(4, 99),
        moved(5, 4),
        moved(99, 5),
    )

    assert found(filled) == [("reordered", "default", 4), ("reordered", "default", 5)]


def stored(store, sequence):
    with store.whole() as connection:
        row = connection.execute(
            text("SELECT * FROM audit_entries WHERE tenant = 'default' AND sequence = :n"), {"n": sequence}
        )
        return dict(row.mappings().one())


def forged(store, number, **changed):
    """An entry with a right hash of its own."""
    row = stored(store, number) | changed
    return row | {"hash": entry_hash(row["previous"], {name: row[name] for name in HASHED_COLUMNS})}


def values(row):
    return ", ".join(str(value) if isinstance(value, int) else f"'{value}'" for value in row.values())


@pytest.mark.parametrize("sequence", [1, 5, 10])
def test_an_entry_written_anew_with_a_right_hash_is_named(filled, sequence):
    row = forged(filled, sequence, who="mallory")
    tamper(
        filled,
        f"DELETE FROM audit_entries WHERE tenant = 'default' AND sequence = {sequence}",  # noqa: S608
        f"INSERT INTO audit_entries ({', '.join(row)}) VALUES ({values(row)})",  # noqa: S608
    )

    assert found(filled) == [("changed", "default", sequence)]


def test_an_entry_slipped_in_with_the_later_ones_moved_down_is_named(filled):
    row = forged(filled, 5, who="mallory")
    tamper(
        filled,
        *(moved(number, number + 1) for number in range(10, 4, -1)),
        f"INSERT INTO audit_entries ({', '.join(row)}) VALUES ({values(row)})",  # noqa: S608
    )

    assert ("inserted", "default", 5) in found(filled)
    assert {("reordered", "default", number) for number in range(6, 12)} <= set(found(filled))


def test_an_entry_added_behind_the_head_is_named(filled):
    row = forged(filled, 10, sequence=11, previous=stored(filled, 10)["hash"])
    tamper(filled, f"INSERT INTO audit_entries ({', '.join(row)}) VALUES ({values(row)})")  # noqa: S608

    assert found(filled) == [("inserted", "default", 11)]


def test_a_chain_put_back_with_its_head_is_found_by_heads_kept_elsewhere(filled, tmp_path):
    kept = tmp_path / "heads.jsonl"
    kept.write_text(heads_text(current_heads(filled)))
    nine = stored(filled, 9)
    tamper(
        filled,
        "DELETE FROM audit_entries WHERE sequence = 10",
        f"UPDATE audit_heads SET sequence = 9, hash = '{nine['hash']}', at = '{nine['at']}' "  # noqa: S608
        "WHERE tenant = 'default'",
    )

    assert found(filled) == []
    assert found(filled, read_heads(kept)) == [("cut off", "default", 10)]


def test_heads_kept_elsewhere_still_hold_when_the_chain_has_grown(filled):
    kept = current_heads(filled)
    with filled.writing(LOCAL) as writing:
        writing.append([NewEntry(kind="job", payload=None)])

    assert found(filled, kept) == []


def test_a_whole_chain_written_anew_is_found_by_heads_kept_elsewhere(filled):
    kept = current_heads(filled)
    statements, previous = [], stored(filled, 1)["previous"]
    for number in range(1, 11):
        row = forged(filled, number, who="mallory", previous=previous)
        previous = row["hash"]
        statements.append(
            f"UPDATE audit_entries SET who = 'mallory', previous = '{row['previous']}', hash = '{previous}' "  # noqa: S608
            f"WHERE tenant = 'default' AND sequence = {number}"
        )
    tamper(filled, *statements, f"UPDATE audit_heads SET hash = '{previous}' WHERE tenant = 'default'")  # noqa: S608

    assert found(filled) == []
    assert found(filled, kept) == [("changed", "default", 10)]


def test_a_payload_that_went_without_retention_is_missing(filled):
    tamper(filled, "UPDATE audit_entries SET payload = NULL WHERE tenant = 'default' AND sequence = 3")

    assert found(filled) == [("missing", "default", 3)]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE api_keys SET scopes = 'admin estimate review'", "changed"),
        ("UPDATE api_keys SET secret_sha256 = 'x' || substr(secret_sha256, 2)", "changed"),
        ("UPDATE api_keys SET revoked_at = '2025-01-01T00:00:00.000000Z'", "changed"),
        ("UPDATE api_keys SET tenant = 'other'", "missing"),
        ("DELETE FROM api_keys", "missing"),
    ],
)
def test_a_key_that_is_not_what_its_entry_says_is_found(filled, statement, fault):
    with filled.writing(LOCAL) as writing:
        create_key(writing, "SAP", ["estimate"])
    tamper(filled, statement)

    assert (fault, "default", 11) in found(filled)


def test_a_damaged_file_is_a_finding(sqlite_url):
    with AuditStore(sqlite_url) as store:
        for _ in range(10):
            with store.writing(LOCAL) as writing:
                writing.append(NewEntry(kind="job", payload="x" * 500) for _ in range(100))
        path = Path(store.engine.url.database)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096 * 20)

    with AuditStore(sqlite_url) as store:
        assert found(store)
