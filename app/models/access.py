"""Principals, the service centers that they may see, their tokens; of people also passwords and sessions, as hashes."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table
from app.models.columns import CanonicalJson, id_field, instant_field, version_field, word_field
from app.models.words import Language, Role, SessionEnd


class Principal(Table, table=True):
    """Somebody, or some system, that calls the API."""

    __tablename__ = "principals"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("(role = 'vendor') = (vendor_id IS NOT NULL)", name="vendor_has_its_company"),
    )

    id: uuid.UUID = id_field()
    name: str = Field(max_length=64)
    role: Role = word_field(Role, "role")
    vendor_id: uuid.UUID | None = Field(default=None, foreign_key="vendors.id", ondelete="RESTRICT", index=True)
    disabled_at: datetime | None = instant_field(default=None)
    """Since when it may not come in at all, neither by password nor by token."""
    created_at: datetime = instant_field()


class User(Table, table=True):
    """A principal that is a person, who signs in by name and password."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("(password_hash IS NULL) = (password_set_at IS NULL)", name="password_has_day"),)

    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT", primary_key=True)
    display_name: str = Field(max_length=64)
    language: Language = word_field(Language, "language")
    """In which messages are written to them."""
    password_hash: str | None = Field(default=None, max_length=256)
    """Argon2id with its parameters; None until a password was set."""
    password_set_at: datetime | None = instant_field(default=None)
    must_change: bool
    """The password was given by somebody else, so that nothing but changing it is allowed."""
    version: int = version_field()
    created_at: datetime = instant_field()
    updated_at: datetime = instant_field()


class PasswordHistory(Table, table=True):
    """A password that a user had before, so that it is not taken again."""

    __tablename__ = "password_history"

    id: uuid.UUID = id_field()
    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT", index=True)
    password_hash: str = Field(max_length=256)
    set_at: datetime = instant_field()


class UserSession(Table, table=True):
    """One sign-in of a user, from the password to its end; only the hash of its cookie is kept."""

    __tablename__ = "user_sessions"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_for_a_reason"),
    )

    id: uuid.UUID = id_field()
    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT", index=True)
    token_hash: str = Field(max_length=64)
    last_seen_at: datetime = instant_field()
    """Noted at most once a minute."""
    expires_at: datetime = instant_field()
    """However busy it is, it ends here."""
    ended_at: datetime | None = instant_field(default=None)
    end_reason: SessionEnd | None = word_field(SessionEnd, "end_reason", default=None)
    created_at: datetime = instant_field()


class SignInFailures(Table, table=True):
    """Failed sign-ins in a row for one name, whether there is such a user or not: the answer must not tell."""

    __tablename__ = "sign_in_failures"

    name_hash: str = Field(max_length=64, primary_key=True)
    """SHA-256 of the name that was given: what people type there by mistake is sometimes their password."""
    failures: int
    failed_at: datetime = instant_field()
    """The last of them."""
    locked_until: datetime | None = instant_field(default=None)


class Grant(Table, table=True):
    """A service center that a principal may see."""

    __tablename__ = "grants"

    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT", primary_key=True)
    service_center_id: uuid.UUID = Field(
        foreign_key="service_centers.id", ondelete="RESTRICT", primary_key=True, index=True
    )


class Token(Table, table=True):
    """A secret that a principal shows; only its SHA-256 is kept."""

    __tablename__ = "tokens"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: uuid.UUID = id_field()
    principal_id: uuid.UUID = Field(foreign_key="principals.id", ondelete="RESTRICT", index=True)
    token_hash: str = Field(max_length=64)
    expires_at: datetime | None = instant_field(default=None)
    revoked_at: datetime | None = instant_field(default=None)
    scopes: list[str] | None = Field(default=None, sa_type=CanonicalJson)
    """Of role `integration`: what it may do, such as `signals:write`; NULL for everybody else."""
    name: str | None = Field(default=None, max_length=64)
    """What its owner calls it, such as the system that carries it."""
    last_used_at: datetime | None = instant_field(default=None)
    """Noted at most once an hour."""
    created_at: datetime = instant_field()
