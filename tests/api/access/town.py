"""Two service centers on one database, and at the first one a second vendor: whom the cross asks about what."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import time_machine
from httpx2 import Response
from sqlalchemy import update
from sqlmodel import col

from app.clock import now
from app.database import Database
from app.features.access import service as access
from app.features.access import tokens
from app.features.access.scopes import SIGNALS_READ, SIGNALS_WRITE
from app.features.audit.actor import OPERATOR
from app.features.evidence.storage import Shelf
from app.features.parties import service as parties
from app.models import Token
from app.models.words import Role
from tests.api.access.expected import NOTHING, OTHER_CENTER, OTHER_PERSON, OTHER_VENDOR, OWN, Operation
from tests.api.access.holdings import (
    NOWHERE,
    Holding,
    answers,
    budgets,
    done_by_the_vendor,
    evaluated,
    evidence,
    made,
    newcomers,
    payouts,
    seen_by_the_vendor,
    settlements,
    webhooks,
)
from tests.api.access.sent import (
    CHANNEL,
    DECIDED,
    JANUARY,
    MANAGER,
    OWN_TERMS,
    PAID_BY_MONTH,
    REQUESTS,
    RETURNED,
    SIGNAL,
    Sent,
)
from tests.api.asking import filled, last_part
from tests.client import Client
from tests.nights import run_nights
from tests.office import TERMS, Office, Person
from tests.payouts import ANNUAL


@dataclass(frozen=True)
class Town:
    """Two service centers on one database, and at the first one a second vendor."""

    office: Office
    elsewhere: Office
    own: Holding
    other_vendors: Holding
    other_centers: Holding
    systems: dict[str, Person]
    """Other systems of the first center, by the scope of their token; `integration` has none."""
    channels: dict[str, str]
    """The channel of each person of the first center."""
    colleagues: Holding = NOWHERE
    """What the center has, with a channel of another person of it."""

    def over(self, database: Database, client: Client) -> "Town":
        """Give the same town on a copy of its database, which another client asks."""
        office, elsewhere = (at.over(database, client) for at in (self.office, self.elsewhere))
        systems = {name: Person(client, system.token) for name, system in self.systems.items()}
        return replace(self, office=office, elsewhere=elsewhere, systems=systems)

    def seen_by(self, who: str) -> "Town":
        """Give the town with what a caller has as a person, which nobody else of the same center has."""
        mine = self.channels.get(who, self.channels["admin"])
        own, beside = (Holding(holding.ids | {"channel": mine}) for holding in (self.own, self.other_vendors))
        colleague = next(channel for channel in self.channels.values() if channel != mine)
        return replace(self, own=own, other_vendors=beside, colleagues=Holding(own.ids | {"channel": colleague}))

    def of(self, whose: str) -> Holding:
        """Give what somebody has."""
        holdings = {
            OWN: self.own,
            OTHER_PERSON: self.colleagues,
            OTHER_VENDOR: self.other_vendors,
            OTHER_CENTER: self.other_centers,
        }
        return NOWHERE if whose == NOTHING else holdings[whose]

    def person(self, who: str) -> Person:
        """Give a caller of the table."""
        return self.systems[who] if who in self.systems else self.office.people[Role(who)]

    def ask(
        self,
        who: str,
        operation: Operation,
        of: Holding,
        said: Holding | None = None,
        beside: Mapping[str, str] | None = None,
    ) -> Response:
        """Ask an operation about what somebody has, with the body that it takes; `said` is what that names.

        `beside` replaces what the path names.
        """
        sent = REQUESTS.get(operation, Sent())
        places = {f"{name}_id": of.ids[other] for name, other in sent.places.items()} | dict(beside or {})
        person = self.office.supervisor2 if sent.by_another and who == "supervisor" else self.person(who)
        method, path = operation
        named = (said or self.own).ids
        what: dict[str, Any] = {"json": filled(sent.body, named)} if sent.file is None else {"content": sent.file}
        return person.call(method, of.path(path, **places), params=filled(sent.query, named) or None, **what)

    def somebody(
        self, database: Database, name: str, role: Role, offices: list[Office], vendor: str | None = None
    ) -> Person:
        """Make one more person with a token."""
        with database.write() as session:
            company = None if vendor is None else uuid.UUID(vendor)
            access.create_principal(session, OPERATOR, name, role, [office.center for office in offices], company)
            return Person(self.office.client, access.issue_token(session, OPERATOR, name))

    def role(self, who: str) -> Role:
        """Give the role of a caller of the table."""
        return Role.INTEGRATION if who in self.systems else Role(who)

    def address(self, operation: Operation, of: Holding) -> str:
        """Give the path that is asked about what somebody has."""
        sent = REQUESTS.get(operation, Sent())
        return of.path(operation[1], **{f"{name}_id": of.ids[other] for name, other in sent.places.items()})


def build(database: Database, client: Client) -> Town:
    """Give two centers, with contracts, findings, money and an alert for each of three vendors."""
    office, elsewhere = Office(database, client, "XA"), Office(database, client, "XB")
    with database.write() as session:
        rival = parties.create_vendor(session, office.clerk, office.center, "对手公司")
        sites = {at: parties.create_site(session, at.clerk, at.center, "H1", "大厅") for at in (office, elsewhere)}
    holdings = []
    for at, vendor, number in (
        (office, office.vendor, "XA-1"),
        (office, rival, "XA-2"),
        (elsewhere, elsewhere.vendor, "XB-1"),
    ):
        own = {"vendor_id": str(vendor)}
        terms = TERMS | {"key_posts": [MANAGER], "annual_assessment": ANNUAL, "money": [RETURNED, JANUARY, DECIDED]}
        contract = at.contract(number, terms=terms, **own)
        ids = {"contract": last_part(contract), "finding": last_part(at.finding(contract, "2023-01-10"))}
        ids["new_contract"] = last_part(at.contract(f"{number}-NEW", recorded_from="2023-02", **own))
        ids |= {"service_center": str(at.center), "vendor": str(vendor), "site": str(sites[at])}
        with time_machine.travel("2023-02-13T04:00:00Z"):
            settled = at.contract(f"{number}-PAID", **PAID_BY_MONTH, **own)
            told = last_part(at.finding(settled, "2022-10-11"))
            ids |= {"told_finding": told} | payouts(at, contract) | settlements(at, settled)
            ids |= seen_by_the_vendor(at, settled, vendor, number) | done_by_the_vendor(at, ids, number)
        ids["evidence"] = evidence(at, vendor, uuid.UUID(ids["finding"]))
        for name in ("signal", "other_signal", "third_signal"):
            ids[name] = made(
                at.people[Role.INTEGRATION].post("/v1/signals", SIGNAL | {"external_ref": f"{number}/{name}"})
            )
        ids |= newcomers(at, number) | evaluated(at, number)
        ids["yesterday"] = (now() - timedelta(days=1)).isoformat()
        ids |= webhooks(at, vendor) | budgets(at, ids, number)
        ids |= answers(at, at.contract(f"{number}-ANSWERED", **PAID_BY_MONTH, **own), vendor)
        ids["trial"] = made(at.supervisor.post(f"/v1/service-centers/{at.center}/trials", OWN_TERMS))
        holdings.append(Holding(ids))
    run_nights(database, "2023-02-16")
    for at, holding in zip((office, office, elsewhere), holdings, strict=True):
        (alert,) = at.supervisor.items("/v1/alerts", contract_id=holding.ids["contract"])
        holding.ids["alert"] = alert["id"]
    first, beside, second = holdings
    second.ids["channel"] = _channels(elsewhere)["admin"]
    return Town(office, elsewhere, first, beside, second, _systems(office), _channels(office)).seen_by("supervisor")


def _channels(at: Office) -> dict[str, str]:
    """Have everybody add a channel who may."""
    staff = (Role.ADMIN, Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR)
    return {role.value: made(at.people[role].post("/v1/me/channels", CHANNEL)) for role in staff}


def _systems(at: Office) -> dict[str, Person]:
    """Give another system a token for each scope, and one from which its scopes were taken."""
    scopes = {"integration": SIGNALS_READ, SIGNALS_READ: SIGNALS_READ, SIGNALS_WRITE: SIGNALS_WRITE}
    with at.database.write() as session:
        given = {
            name: access.issue_token(session, OPERATOR, f"integration-{at.code}", scopes=[scope])
            for name, scope in scopes.items()
        }
        bare = col(Token.token_hash) == tokens.hashed(given["integration"])
        session.execute(update(Token).where(bare).values(scopes=None))
    return {name: Person(at.client, token) for name, token in given.items()}


@dataclass(frozen=True)
class Built:
    """A town on a database that nobody changes any more, to be copied."""

    town: Town
    url: str
    shelf: Shelf
