"""Keys: shown once, kept as a hash, refused when they are not the very key; the trail names them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from serving.store import Actor
from serving.store.errors import KeyNameError, KeyRefusedError, ScopeError, TenantError, UnknownKeyError
from serving.store.keys import authenticate, create_key, list_keys, revoke_key
from serving.store.tables import Entry

LOCAL = Actor.local()


def make(store, *scopes, tenant="default"):
    with store.writing(Actor.local(tenant)) as writing:
        return create_key(writing, "SAP", scopes or ("estimate",))


def test_a_key_lets_its_holder_in_as_its_tenant_with_its_scopes(store):
    key = make(store, "estimate", "review", tenant="leeds")

    actor = authenticate(store, key)

    assert (actor.tenant, actor.scopes) == ("leeds", {"estimate", "review"})
    assert key.startswith(f"lp_{actor.who}_")


def test_the_secret_is_nowhere_in_the_database(store):
    secret = make(store).split("_")[2]

    with store.whole() as connection:
        for table in ("api_keys", "audit_entries"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
            assert rows
            assert secret not in str(rows)


def test_no_two_keys_are_alike(store):
    keys = [make(store).split("_") for _ in range(20)]

    assert len({public for _, public, _ in keys}) == len({secret for _, _, secret in keys}) == 20


@pytest.mark.parametrize(
    "spoil", ["", "lp_", "x" * 1000, "lp_{id}_{other}", "lp_{other}_{secret}", "LP_{id}_{secret}"]
)
def test_any_other_text_is_refused_with_one_and_the_same_sentence(store, spoil):
    _, public, secret = make(store).split("_")
    wrong = spoil.format(
        id=public, secret=secret, other=secret[::-1] if "{other}" in spoil[5:] else public[::-1]
    )

    with pytest.raises(KeyRefusedError, match="malformed, unknown or revoked"):
        authenticate(store, wrong)


def test_a_revoked_key_is_refused_and_stays_in_the_list(store):
    key = make(store)
    with store.writing(LOCAL) as writing:
        revoke_key(writing, key.split("_")[1])

    with pytest.raises(KeyRefusedError):
        authenticate(store, key)
    with store.reading(LOCAL) as reading:
        (listed,) = list_keys(reading)
    assert listed.revoked_at is not None


@pytest.mark.parametrize("tenant", ["default", "leeds"])
def test_a_key_that_is_unknown_or_of_another_tenant_cannot_be_revoked(store, tenant):
    public = make(store, tenant="leeds").split("_")[1] if tenant == "default" else "0" * 16

    with pytest.raises(UnknownKeyError), store.writing(Actor.local(tenant)) as writing:
        revoke_key(writing, public)


def test_the_last_use_is_noted_to_the_minute(store, clock):
    key = make(store)
    clock.now = datetime(2025, 6, 1, 12, tzinfo=UTC)

    uses = []
    for pause in (0, 10, 90):
        clock.now += timedelta(seconds=pause)
        authenticate(store, key)
        with store.reading(LOCAL) as reading:
            uses.append(list_keys(reading)[0].last_used_at)

    assert uses[0] == uses[1]
    assert uses[2] - uses[0] > timedelta(seconds=90)


def test_making_and_revoking_a_key_are_entries_that_name_it(store):
    public = make(store).split("_")[1]
    with store.writing(LOCAL) as writing:
        revoke_key(writing, public)

    with store.reading(LOCAL) as reading:
        rows = reading.session.execute(select(Entry.kind, Entry.subject, Entry.status, Entry.who)).all()
    assert [tuple(row) for row in rows] == [
        ("key", public, "created", "local"),
        ("key", public, "revoked", "local"),
    ]


def test_what_a_key_does_is_under_its_name(store):
    admin = authenticate(store, make(store, "admin"))

    with store.writing(admin) as writing:
        create_key(writing, "second", ["estimate"])

    with store.reading(LOCAL) as reading:
        assert reading.session.scalars(select(Entry.who).order_by(Entry.sequence)).all() == [
            "local",
            admin.who,
        ]


def test_only_an_admin_makes_and_revokes_keys(store):
    actor = authenticate(store, make(store, "estimate", "review"))

    with pytest.raises(ScopeError, match="'admin'"), store.writing(actor) as writing:
        create_key(writing, "mine", ["admin"])
    with pytest.raises(ScopeError, match="'admin'"), store.writing(actor) as writing:
        revoke_key(writing, actor.who)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["admin", "superuser"]])
def test_a_key_has_known_scopes(store, scopes):
    with pytest.raises(ScopeError, match="estimate, review, admin"), store.writing(LOCAL) as writing:
        create_key(writing, "SAP", scopes)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\ud800"])
def test_a_key_has_a_name(store, name):
    with pytest.raises(KeyNameError), store.writing(LOCAL) as writing:
        create_key(writing, name, ["admin"])


@pytest.mark.parametrize("tenant", ["", "Leeds", "a b", "x" * 64, "ü", "-a", "a\n"])
def test_a_tenant_has_a_plain_name(tenant):
    with pytest.raises(TenantError):
        Actor.local(tenant)
