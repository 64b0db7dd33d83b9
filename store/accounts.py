"""Who may sign in: accounts, sessions, and patience that runs out with guessing."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.identifiers import EmployerId
from rules.roles import Actor, Role
from store.audit import AuditEntry, note
from store.database import Database
from store.errors import AccountError
from store.scope import Scope
from store.tables import AccountRow, EmployerRow, SessionRow, ThrottleRow

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1024
"""Characters; beyond, hashing would cost more than any person types."""

_LONGEST_ADDRESS = 254
_FREE_FAILURES = 5
_FIRST_LOCK = 30_000
_LONGEST_LOCK = 3_600_000
"""Milliseconds: the fifth failure locks for 30 s, each further one for twice as long, up to an hour."""

_FORGET_FAILURES = 24 * 3_600_000
SESSION_LENGTH = 12 * 3_600_000
"""Milliseconds a session lasts: a working day."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in.

    Attributes
    ----------
    email : str
        In lower case; the name to sign in with.
    employer : EmployerId or None
        Of an employer's account.
    """

    id: int
    email: str
    name: str
    role: Role
    employer: EmployerId | None
    disabled: bool

    @property
    def scope(self) -> Scope:
        """What this person may see."""
        if self.role is Role.EXPERT:
            return Scope.expert(self.email)
        return Scope.service() if self.employer is None else Scope.employer(self.employer)

    @property
    def actor(self) -> Actor:
        """Who they are to a ticket."""
        return Actor(self.email, self.role)


class Refusal(Enum):
    """Why nobody was signed in. Which of address and password was wrong is not told."""

    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What an attempt to sign in came to.

    Attributes
    ----------
    account : Account or None
    refusal : Refusal or None
    locked_until : int or None
        Milliseconds UTC before which no attempt with this address is looked at.
    """

    account: Account | None
    refusal: Refusal | None = None
    locked_until: int | None = None


class AccountStore:
    """The accounts of a service.

    Parameters
    ----------
    database : Database
    hasher : argon2.PasswordHasher, optional
        argon2id with the library's current parameters (RFC 9106); a hash made with others is renewed at sign-in.
    """

    def __init__(self, database: Database, hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._hasher = hasher or PasswordHasher()

    def create(self, email: str, name: str, role: Role, password: str, at: int, employer: str | None = None) -> Account:
        """Make an account.

        Parameters
        ----------
        email : str
        name : str
            As shown beside what this person decides.
        role : Role
        password : str
            At least ten characters.
        at : int
            Milliseconds UTC.
        employer : str, optional
            Id of the employer whose data an employer's account sees.

        Raises
        ------
        AccountError
            The address is none or taken, the password too short, or the employer unknown, missing or out of place.
        """
        address = _address(email)
        _check_password(password)
        if (role is Role.EMPLOYER) != bool(employer):
            expected = "an employer's id" if role is Role.EMPLOYER else "none"
            raise AccountError(f"account {address}: employer is {employer!r}; expected {expected} for {role.value}")
        try:
            with self._database.writing() as session:
                if employer is not None and session.get(EmployerRow, employer) is None:
                    raise AccountError(
                        f"account {address}: there is no employer {employer!r}; import the registry first"
                    )
                row = AccountRow(
                    email=address,
                    name=name,
                    role=role.value,
                    employer=employer,
                    password=self._hasher.hash(password),
                    created=at,
                    disabled=False,
                )
                session.add(row)
                session.flush()
                note(
                    session,
                    AuditEntry(at, "vigie", "account_created", address, f"{role.value} {employer or ''}".strip()),
                )
                return _account(row)
        except IntegrityError:
            raise AccountError(
                f"account {address} exists already; choose another address or change its password"
            ) from None

    def all(self) -> list[Account]:
        """Every account, by address; for the service only."""
        with self._database.reading() as session:
            # Sorted here: every database has an alphabet of its own.
            return sorted((_account(row) for row in session.scalars(select(AccountRow))), key=lambda one: one.email)

    def change_password(self, email: str, password: str, at: int) -> None:
        """Set a new password; every session of the account ends.

        Raises
        ------
        AccountError
        """
        _check_password(password)
        with self._database.writing() as session:
            row = _row(session, email)
            row.password = self._hasher.hash(password)
            session.execute(delete(SessionRow).where(SessionRow.account == row.id))
            session.execute(delete(ThrottleRow).where(ThrottleRow.email == row.email))
            note(session, AuditEntry(at, "vigie", "password_changed", row.email, ""))

    def disable(self, email: str, at: int) -> None:
        """Let nobody in with this account any more; what it decided stays under its name.

        Raises
        ------
        AccountError
        """
        with self._database.writing() as session:
            row = _row(session, email)
            row.disabled = True
            session.execute(delete(SessionRow).where(SessionRow.account == row.id))
            note(session, AuditEntry(at, "vigie", "account_disabled", row.email, ""))

    def sign_in(self, email: str, password: str, at: int) -> SignIn:
        """Check an address and a password.

        Parameters
        ----------
        email, password : str
            As typed.
        at : int
            Milliseconds UTC.

        Notes
        -----
        An unknown address takes as long as a wrong password. Five failures with one address, known or not, lock it for
        30 s, each further one for twice as long; while locked, not even the right password is looked at.
        """
        address = email.strip().lower()[:_LONGEST_ADDRESS]
        with self._database.reading() as session:
            throttle = session.get(ThrottleRow, address)
            if throttle is not None and throttle.locked_until > at:
                return SignIn(None, Refusal.LOCKED, throttle.locked_until)
            row = session.scalars(select(AccountRow).where(AccountRow.email == address)).first()
            stored = self._nobodys_hash if row is None else row.password
            account = None if row is None or row.disabled else _account(row)
        # Outside any transaction: hashing takes long, and on purpose.
        right = len(password) <= LONGEST_PASSWORD and self._matches(stored, password)
        if account is None or not right:
            return self._failed(address, at)
        renewed = self._hasher.hash(password) if self._hasher.check_needs_rehash(stored) else None
        with self._database.writing() as session:
            session.execute(delete(ThrottleRow).where(ThrottleRow.email == address))
            if renewed is not None:
                _row(session, address).password = renewed
            note(session, AuditEntry(at, address, "signed_in", address, ""))
        return SignIn(account)

    def start_session(self, account: Account, at: int, length: int = SESSION_LENGTH) -> str:
        """A new session; its token (256 random bits) goes to the browser, only its hash stays here.

        Parameters
        ----------
        at : int
            Milliseconds UTC.
        length : int
            Milliseconds.
        """
        token = secrets.token_urlsafe(32)
        with self._database.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.expires <= at))
            session.add(SessionRow(token=_digest(token), account=account.id, created=at, expires=at + length))
        return token

    def account_of(self, token: str, at: int) -> Account | None:
        """Whose session it is; None when it ended, was ended, or never was."""
        with self._database.reading() as session:
            row = session.get(SessionRow, _digest(token))
            if row is None or row.expires <= at:
                return None
            account = session.get_one(AccountRow, row.account)
            return None if account.disabled else _account(account)

    def end_session(self, token: str) -> None:
        """Sign out; again is harmless."""
        with self._database.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.token == _digest(token)))

    @cached_property
    def _nobodys_hash(self) -> str:
        """What an unknown address is compared with, so that it takes as long."""
        return self._hasher.hash(secrets.token_urlsafe(32))

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _failed(self, address: str, at: int) -> SignIn:
        with self._database.writing() as session:
            row = session.get(ThrottleRow, address)
            if row is None:
                row = ThrottleRow(email=address, failures=0, last=at, locked_until=0)
                session.add(row)
            elif at - row.last > _FORGET_FAILURES:
                row.failures = 0
            row.failures += 1
            row.last = at
            beyond = row.failures - _FREE_FAILURES
            if beyond >= 0:
                row.locked_until = at + int(min(_FIRST_LOCK * 2 ** min(beyond, 20), _LONGEST_LOCK))
            session.execute(delete(ThrottleRow).where(ThrottleRow.last < at - _FORGET_FAILURES))
            note(session, AuditEntry(at, address, "sign_in_failed", address, f"failure {row.failures}"))
            locked = row.locked_until if row.locked_until > at else None
        return SignIn(None, Refusal.WRONG if locked is None else Refusal.LOCKED, locked)


def _address(email: str) -> str:
    address = email.strip().lower()
    local, at, domain = address.partition("@")
    if (
        not (local and at and domain)
        or any(character.isspace() for character in address)
        or len(address) > _LONGEST_ADDRESS
    ):
        raise AccountError(f"account {email!r} is no e-mail address; expected for example prenom.nom@service.fr")
    return address


def _check_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(
            f"the password has {len(password)} characters; expected {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}"
        )


def _digest(token: str) -> str:
    """A random token needs no slow hash: there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def _row(session: Session, email: str) -> AccountRow:
    row = session.scalars(select(AccountRow).where(AccountRow.email == email.strip().lower())).first()
    if row is None:
        raise AccountError(f"there is no account {email.strip().lower()!r}; vigie account list shows them")
    return row


def _account(row: AccountRow) -> Account:
    employer = None if row.employer is None else EmployerId(row.employer)
    return Account(row.id, row.email, row.name, Role(row.role), employer, row.disabled)
