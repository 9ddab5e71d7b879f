"""The seed of the bench's record: one vendor with a few different contracts, written by the services day by day.

Everything is dated by the day on which it happened, and drawn with a fixed seed, so that two benches measure the same.
"""

import random
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

from sqlmodel import Session

from app import clock, nightly
from app.database import Database, migrate
from app.features.access import service as access
from app.features.access.caller import Caller
from app.features.assessments import service as assessments
from app.features.assessments.results import Result
from app.features.audit import service as audit
from app.features.audit.actor import OPERATOR
from app.features.contracts import service as contracts
from app.features.contracts.draft import NewContract
from app.features.contracts.terms_document import Reference, TermsDocument
from app.features.parties import service as parties
from app.features.settlements import service as settlements
from app.features.settlements.opening import service as opening
from app.features.settlements.payments import service as payments
from app.models import Settlement
from app.models.words import AskedBy, Role
from app.rules.consecutive import MonthState
from app.rules.periods import Period, periods_between
from app.rules.scores import Score, ScoreKind
from bench.agreed import CRITERIA, MONTHLY_FEE_FEN, TERMS, YEAR_FEN
from bench.in_rows import find, rectify

SEED = 20260101
"""Whatever is drawn is drawn from this."""
LAST_MONTH = Period(2024, 4)
"""The last month that is filled in; the contracts reach on to `ENDS_ON`, so that there are open months to fill in."""
ENDS_ON = date(2025, 12, 31)
NIGHT = date(2024, 5, 20)
"""A business date after everything on record: the night that the bench runs."""
MONTHS = 100
FINDINGS = 10
"""Of each month."""
TAKEN_OVER = Period(2023, 6)
"""A contract with a longer record was taken over with its balance at the end of this month; since then it is settled,
but for the payment periods that end in the last months."""
UNSETTLED_MONTHS = 4
"""A payment period whose end lies within so many of the last months is still open."""
LATE, NEVER, UNRECTIFIED = 0.03, 0.01, 0.01
"""Of the notices, those given late, and those never given; of the findings, those not rectified."""
MEAN, SPREAD = 94.0, 2.5
"""Of the months' scores: one in twenty lies below the mark of 90."""
ISSUE_TYPES = 40
SUPERVISOR, FINANCE = "bench-supervisor", "bench-finance"


@dataclass(frozen=True, slots=True)
class Staff:
    """Who records and drafts, and who approves and pays."""

    supervisor: Caller
    finance: Caller


@dataclass(frozen=True, slots=True)
class _Fact:
    """Something that happened on a day, and how it is recorded."""

    on: date
    record: Callable[[Session], object]


@contextmanager
def seeded(months: int = MONTHS) -> Iterator[str]:
    """Make a seed of so many filled months in a SQLite file that is gone afterwards, and give its URL."""
    with tempfile.TemporaryDirectory(prefix="kaohe-seed-") as folder:
        url = f"sqlite:///{Path(folder) / 'seed.db'}"
        migrate(url)
        database = Database(url)
        try:
            with _unaudited(), database.write() as session:
                _record(session, periods_between(LAST_MONTH.plus(1 - months), LAST_MONTH))
            with _unaudited(), noon_of(NIGHT + timedelta(days=1)):
                for name in nightly.FLAGS:
                    nightly.run(database, name, NIGHT, AskedBy.COMMAND)
        finally:
            database.dispose()
        yield url


def _record(session: Session, filled: tuple[Period, ...]) -> None:
    """Record everything in the order in which it happened, each fact on its day."""
    first = filled[0].first_day - timedelta(days=10)
    with noon_of(first):
        staff, center = _center(session)
        vendor = parties.create_vendor(session, staff.supervisor, center, "测速人力服务公司")
    chance = random.Random(SEED)  # noqa: S311 figures of a bench, no secrets
    facts: list[_Fact] = []
    for number, terms in enumerate(TERMS):
        with noon_of(first):
            contract = _take_on(session, staff, (center, vendor), filled[0], number)
        story = _Story(staff, contract, terms, filled, chance)
        facts += [*story.months(), *story.money()]
    for fact in sorted(facts, key=lambda fact: fact.on):
        with noon_of(fact.on):
            fact.record(session)
            session.flush()


@contextmanager
def _unaudited() -> Iterator[None]:
    """Leave the audit of the seed out: it is cloned nowhere, and to hash every row twice is most of the time."""
    watch = mock.MagicMock()
    watch.return_value.__enter__.return_value.changes.return_value = []
    with mock.patch.object(audit, "watching", watch), mock.patch.object(audit, "append"):
        yield


@contextmanager
def noon_of(day: date) -> Iterator[None]:
    """Let the one reader of time say that it is noon of a day."""
    noon = datetime.combine(day, time(12), clock.BUSINESS_ZONE).astimezone(UTC)
    with mock.patch.object(clock, "now", return_value=noon):
        yield


def _center(session: Session) -> tuple[Staff, uuid.UUID]:
    admin = access.create_principal(session, OPERATOR, "bench-admin", Role.ADMIN, ())
    center = parties.create_service_center(session, Caller(admin, "bench-admin", Role.ADMIN, ()), "BENCH", "测速中心")

    def person(name: str, role: Role) -> Caller:
        return Caller(access.create_principal(session, OPERATOR, name, role, [center]), name, role, (center,))

    staff = Staff(person(SUPERVISOR, Role.SUPERVISOR), person(FINANCE, Role.FINANCE))
    for number in range(ISSUE_TYPES):
        parties.create_issue_type(session, staff.supervisor, center, f"issue-{number:02}", f"第{number}类问题")
    return staff, center


def _take_on(
    session: Session, staff: Staff, owners: tuple[uuid.UUID, uuid.UUID], first: Period, number: int
) -> uuid.UUID:
    terms = TermsDocument(**TERMS[number])
    paid_years = range(first.year, ENDS_ON.year + 1) if terms.money else ()
    draft = NewContract(
        number=f"BENCH-{number}",
        title="综合窗口外包服务",
        service_center_id=owners[0],
        vendor_id=owners[1],
        starts_on=first.first_day,
        ends_on=ENDS_ON,
        recorded_from=first,
        years=[(year, YEAR_FEN) for year in paid_years],
        reference=Reference(document="外包服务合同", clause="第六条"),
        terms=terms,
    )
    return contracts.activate(session, staff.supervisor, draft)


@dataclass(frozen=True, slots=True)
class _Story:
    """One contract, and what happens to it."""

    staff: Staff
    contract: uuid.UUID
    terms: dict[str, Any]
    filled: tuple[Period, ...]
    chance: random.Random
    drafted: dict[str, uuid.UUID] = field(default_factory=dict)

    def months(self) -> Iterator[_Fact]:
        """Give what is said of each month: its findings, its result, and mostly in time its notice."""
        supervisor = self.staff.supervisor
        for period in self.filled:
            assessed, final = (period.last_day + timedelta(days=days) for days in (3, 5))
            yield _Fact(period.last_day, self._find(period))
            yield _Fact(assessed, _call(assessments.record, supervisor, self.contract, period, self._result(assessed)))
            yield _Fact(final, _call(assessments.finalize, supervisor, self.contract, period, final))
            drawn = self.chance.random()
            if drawn < NEVER:
                continue
            notified = period.last_day + timedelta(days=18 if drawn < NEVER + LATE else 10)
            number = f"测速考核〔{period.year}〕{period.month}号"
            yield _Fact(notified, _call(assessments.notify, supervisor, self.contract, period, notified, number))
            if "rectification" in self.terms:
                left_out = {number for number in range(FINDINGS) if self.chance.random() < UNRECTIFIED}
                yield _Fact(notified, _call(rectify, supervisor, self.contract, period, notified, left_out))

    def _find(self, period: Period) -> Callable[[Session], object]:
        seen = [
            {
                "period": str(period),
                "issue": self.chance.randrange(ISSUE_TYPES),
                "occurred_on": period.first_day + timedelta(days=self.chance.randrange(period.days)),
                "counter": f"A-{self.chance.randrange(30):02}",
                "deduction_hundredths": 50 * self.chance.randrange(1, 7),
                "description": "窗口现场检查发现，已告知当班负责人。",
            }
            for _ in range(FINDINGS)
        ]
        return _call(find, self.contract, sorted(seen, key=lambda one: str(one["occurred_on"])))

    def _result(self, assessed_on: date) -> Result:
        score = min(100.0, self.chance.gauss(MEAN, SPREAD))
        if "rubric" not in self.terms:
            exact = Score(ScoreKind.EXACT, Fraction(f"{score:.2f}"))
            return Result(MonthState.ASSESSED, exact, assessed_on=assessed_on)
        points: dict[str, Decimal | None] = {
            code: Decimal(f"{weight * score / 100:.2f}") for code, weight in CRITERIA.items()
        }
        return Result(MonthState.ASSESSED, criteria=points, assessed_on=assessed_on)

    def money(self) -> Iterator[_Fact]:
        """Give the balance that was taken over, and every settlement since with its payment, some time later."""
        if "money" not in self.terms:
            return
        if self.filled[0] < TAKEN_OVER:
            on = TAKEN_OVER.plus(1).last_day
            yield _Fact(on, self._take_over)
            yield _Fact(on, self._approve("opening", on))
        length = 3 if self.terms["payment"]["schedule"] == "quarterly" else 1
        for period in self.filled:
            # Everything of the month is on record, and notified, before the middle of the month after the next.
            day = period.plus(2).last_day - timedelta(days=10)
            if period > TAKEN_OVER and period.month % length == 0 and LAST_MONTH.until(period) <= -UNSETTLED_MONTHS:
                key = str(period) if length == 1 else f"{period.year}-Q{period.month // length}"
                yield _Fact(day, self._draft(key, day))
                yield _Fact(day, self._approve(key, day))
                yield _Fact(day + timedelta(days=5), self._pay(key, day + timedelta(days=5)))

    def _take_over(self, session: Session) -> None:
        months = self.filled[0].until(TAKEN_OVER) + 1
        amounts = {"held": months * MONTHLY_FEE_FEN // 10, "paid": months * MONTHLY_FEE_FEN * 9 // 10}
        new = opening.NewOpening(as_of=TAKEN_OVER.last_day, amounts=amounts, source="移交时的账目")
        self.drafted["opening"] = opening.draft(session, self.staff.supervisor, self.contract, new)

    def _draft(self, key: str, on: date) -> Callable[[Session], object]:
        def draft(session: Session) -> None:
            self.drafted[key] = settlements.draft(session, self.staff.supervisor, self.contract, key, on)

        return draft

    def _approve(self, key: str, on: date) -> Callable[[Session], object]:
        return lambda session: settlements.approve(session, self.staff.finance, self.contract, self.drafted[key], on=on)

    def _pay(self, key: str, on: date) -> Callable[[Session], object]:
        def pay(session: Session) -> None:
            id_ = self.drafted[key]
            new = payments.NewPayment(
                settlement_id=id_,
                amount_fen=session.get_one(Settlement, id_).payable_fen,
                paid_on=on,
                voucher_no=f"付-{key}",
            )
            payments.record(session, self.staff.finance, self.contract, new)

        return pay


def _call(act: Callable[..., object], *arguments: object) -> Callable[[Session], object]:
    """Keep a call of a service for its day; the session comes then."""
    return lambda session: act(session, *arguments)
