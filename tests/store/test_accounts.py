"""Accounts: nothing to guess, nothing to time, and a session that ends."""

import time

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rules.roles import Role
from store.accounts import SESSION_LENGTH, Account, AccountStore, Refusal, SignIn
from store.audit import audit_entries
from store.database import Database
from store.errors import AccountError
from store.scope import Scope
from store.tables import AccountRow, SessionRow
from tests.store.worlds import NOON

PASSWORD = "quatre mots au hasard"
CHEAP = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
"""Tests hash often; what real hashes cost is tested once."""


@pytest.fixture
def store(world: Database) -> AccountStore:
    return AccountStore(world, CHEAP)


@pytest.fixture
def ada(store: AccountStore) -> Account:
    return store.create("Ada@Service.fr ", "Ada", Role.ENGINEER, PASSWORD, NOON)


def stored_hash(world: Database) -> str:
    with world.reading() as session:
        return session.scalars(select(AccountRow.password)).one()


def test_right_password_signs_in_with_the_address_in_any_case(store: AccountStore, ada: Account) -> None:
    assert store.sign_in(" ADA@service.fr", PASSWORD, NOON) == SignIn(ada)
    assert ada.scope == Scope.service()


def test_employers_account_sees_that_employer_only(store: AccountStore) -> None:
    boss = store.create("b@b.fr", "B", Role.EMPLOYER, PASSWORD, NOON, "B")
    assert boss.scope == Scope.employer("B")


def test_wrong_password_and_unknown_address_are_told_alike(store: AccountStore, ada: Account) -> None:
    assert store.sign_in(ada.email, "wrong password", NOON) == store.sign_in("who@x.fr", PASSWORD, NOON)


def test_passwords_are_kept_as_argon2id_with_the_librarys_own_cost(world: Database) -> None:
    AccountStore(world).create("a@b.fr", "A", Role.ENGINEER, PASSWORD, NOON)
    parameters = extract_parameters(stored_hash(world))
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 64 * 1024
    assert PASSWORD not in stored_hash(world)


def test_unknown_address_takes_as_long_as_a_wrong_password(world: Database) -> None:
    store = AccountStore(world, PasswordHasher(time_cost=4, memory_cost=32 * 1024, parallelism=1))
    store.create("a@b.fr", "A", Role.ENGINEER, PASSWORD, NOON)

    def seconds(email: str) -> float:
        began = time.perf_counter()
        store.sign_in(email, "wrong password", NOON)
        return time.perf_counter() - began

    seconds("warm@up.fr")
    known = min(seconds("a@b.fr") for _ in range(4))
    unknown = min(seconds(f"nobody{i}@b.fr") for i in range(4))
    assert unknown > known / 2


def test_hash_of_old_parameters_is_renewed_at_sign_in(world: Database, store: AccountStore, ada: Account) -> None:
    before = stored_hash(world)
    dearer = AccountStore(world, PasswordHasher(time_cost=2, memory_cost=1024, parallelism=1))
    assert dearer.sign_in(ada.email, PASSWORD, NOON).account == ada
    assert stored_hash(world) != before
    assert dearer.sign_in(ada.email, PASSWORD, NOON).account == ada


@pytest.mark.parametrize("email", ["ada@service.fr", "nobody@service.fr"], ids=["known", "unknown"])
def test_guessing_locks_an_address_for_a_growing_time(store: AccountStore, ada: Account, email: str) -> None:
    for _ in range(4):
        assert store.sign_in(email, "guess guess guess", NOON) == SignIn(None, Refusal.WRONG)
    assert store.sign_in(email, "guess guess guess", NOON) == SignIn(None, Refusal.LOCKED, NOON + 30_000)
    assert store.sign_in(email, PASSWORD, NOON + 29_999).refusal is Refusal.LOCKED
    assert store.sign_in(email, "guess guess guess", NOON + 30_000).locked_until == NOON + 90_000
    at = NOON + 90_000
    for _ in range(12):
        until = store.sign_in(email, "guess guess guess", at).locked_until
        assert until is not None
        assert until - at <= 3_600_000
        at = until


def test_right_password_after_the_lock_forgets_the_failures(store: AccountStore, ada: Account) -> None:
    for _ in range(5):
        store.sign_in(ada.email, "guess guess guess", NOON)
    assert store.sign_in(ada.email, PASSWORD, NOON + 30_000).account == ada
    assert store.sign_in(ada.email, "guess guess guess", NOON + 30_001).refusal is Refusal.WRONG


def test_endless_password_is_not_even_hashed(store: AccountStore, ada: Account) -> None:
    assert store.sign_in(ada.email, "x" * 100_000, NOON).refusal is Refusal.WRONG


def test_session_lasts_a_working_day_and_only_its_hash_is_kept(
    world: Database, store: AccountStore, ada: Account
) -> None:
    token = store.start_session(ada, NOON)
    assert len(token) >= 43
    assert store.account_of(token, NOON + SESSION_LENGTH - 1) == ada
    assert store.account_of(token, NOON + SESSION_LENGTH) is None
    assert store.account_of("another token", NOON) is None
    with world.reading() as session:
        assert token not in {row.token for row in session.scalars(select(SessionRow))}


def test_signing_out_ends_that_session_only(store: AccountStore, ada: Account) -> None:
    first, second = store.start_session(ada, NOON), store.start_session(ada, NOON)
    store.end_session(first)
    store.end_session(first)
    assert store.account_of(first, NOON) is None
    assert store.account_of(second, NOON) == ada


def test_new_password_ends_every_session(store: AccountStore, ada: Account) -> None:
    token = store.start_session(ada, NOON)
    store.change_password(ada.email, "un autre mot de passe", NOON)
    assert store.account_of(token, NOON) is None
    assert store.sign_in(ada.email, PASSWORD, NOON).account is None
    assert store.sign_in(ada.email, "un autre mot de passe", NOON).account == ada


def test_disabled_account_is_out_at_once_and_stays_in_the_list(store: AccountStore, ada: Account) -> None:
    token = store.start_session(ada, NOON)
    store.disable(ada.email, NOON)
    assert store.account_of(token, NOON) is None
    assert store.sign_in(ada.email, PASSWORD, NOON).account is None
    assert [account.disabled for account in store.all()] == [True]


@pytest.mark.parametrize(
    ("email", "role", "password", "employer", "message"),
    [
        ("ada", Role.ENGINEER, PASSWORD, None, "no e-mail address"),
        ("a b@c.fr", Role.ENGINEER, PASSWORD, None, "no e-mail address"),
        ("a@b.fr", Role.ENGINEER, "short", None, "expected 10 to 1024"),
        ("a@b.fr", Role.EMPLOYER, PASSWORD, None, "expected an employer's id"),
        ("a@b.fr", Role.ENGINEER, PASSWORD, "A", "expected none for engineer"),
        ("a@b.fr", Role.EMPLOYER, PASSWORD, "Z", "import the registry first"),
    ],
)
def test_account_that_makes_no_sense_is_refused(
    store: AccountStore, email: str, role: Role, password: str, employer: str | None, message: str
) -> None:
    with pytest.raises(AccountError, match=message):
        store.create(email, "A", role, password, NOON, employer)
    assert store.all() == []


def test_address_is_taken_once(store: AccountStore, ada: Account) -> None:
    with pytest.raises(AccountError, match="exists already"):
        store.create(ada.email, "Another", Role.ENGINEER, PASSWORD, NOON)
    with pytest.raises(AccountError, match=r"no account 'who@x\.fr'"):
        store.disable("who@x.fr", NOON)


def test_the_database_itself_refuses_an_employers_account_without_employer(world: Database) -> None:
    row = AccountRow(email="x", name="x", role="employer", employer=None, password="x", created=1, disabled=False)
    with pytest.raises(IntegrityError), world.writing() as session:
        session.add(row)


def test_sign_ins_and_failures_are_in_the_audit(world: Database, store: AccountStore, ada: Account) -> None:
    store.sign_in(ada.email, "wrong password", NOON)
    store.sign_in(ada.email, PASSWORD, NOON)
    actions = [entry.action for entry in audit_entries(world)]
    assert actions[:3] == ["signed_in", "sign_in_failed", "account_created"]
    assert not any(PASSWORD in entry.detail for entry in audit_entries(world))
