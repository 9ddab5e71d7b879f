"""The ledger beside a small model of it: whatever happens in whatever order, both say the same, to the fen."""

import random
import uuid
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from sqlmodel import Session

from app import clock
from app.database import Database
from app.features.access import service as access
from app.features.access.caller import Caller
from app.features.assessments import revisions
from app.features.assessments import service as assessments
from app.features.assessments.results import Result
from app.features.contracts import service as contracts
from app.features.contracts.draft import Amendment
from app.features.contracts.terms_document import Reference, TermsDocument
from app.features.settlements import service
from app.features.settlements.ledger import posting as ledger
from app.features.settlements.ledger import queries as ledger_queries
from app.features.settlements.payments import service as payments
from app.rules.consecutive import MonthState
from app.rules.ledger import Account, identity
from app.rules.periods import Period
from app.rules.scores import Score, ScoreKind
from tests.office import Office
from tests.promises.conftest import Promise

MONTHS = [Period(2005, 1).plus(number) for number in range(24)]
FEE = 10_000_000
SHARES = {"95": Fraction(1), "85": Fraction(9, 10), "75": Fraction(1, 20)}
"""What a month's score is paid of its fee; the last so little that later corrections may be more than a month's fee."""


def terms(held: str) -> TermsDocument:
    """Give the terms by which a share of each month is held back."""
    bands = [
        {"at_least": "90", "share": "1"},
        {"at_least": "80", "below": "90", "share": "0.9"},
        {"below": "80", "share": "0.05"},
    ]
    return TermsDocument.model_validate(
        {
            "payment": {"schedule": "monthly", "excess": "carried_over"},
            "money": [
                {"kind": "score_bands", "base": "month_fee", "bands": bands},
                {"kind": "holdback", "base": "month_fee", "share": held},
            ],
        }
    )


@dataclass
class Model:
    """What should stand on the accounts of one contract, in fen, by nothing but sums."""

    scores: dict[Period, str] = field(default_factory=dict)
    held_back: dict[Period, Fraction] = field(default_factory=lambda: dict.fromkeys(MONTHS, Fraction(1, 100)))
    posted: dict[Period, tuple[int, int]] = field(default_factory=dict)
    """Of each settled month what is deducted and what is held."""
    accounts: Counter[Account] = field(default_factory=Counter)

    def right(self, period: Period) -> tuple[int, int]:
        """Say what a month comes to now."""
        return int(FEE * (1 - SHARES[self.scores[period]])), int(FEE * self.held_back[period])

    def settle(self, period: Period) -> int:
        """Settle a month with all that the settled ones are out by, and give what is payable."""
        before = [self.posted.get(month, (0, 0)) for month in (*self.posted, period)]
        months = [*self.posted, *([period] if period not in self.posted else [])]
        self.posted = {month: self.right(month) for month in months}
        deducted = sum(d for d, _ in self.posted.values()) - sum(d for d, _ in before)
        held = sum(h for _, h in self.posted.values()) - sum(h for _, h in before)
        net = FEE - deducted - held
        off = net if net < 0 else min(net, self.accounts[Account.RECEIVABLE])
        changes = {
            Account.ACCRUED: FEE,
            Account.DEDUCTED: deducted,
            Account.HELD: held,
            Account.RECEIVABLE: -off,
            Account.PAYABLE: net - off,
        }
        self.accounts.update(changes)
        return net - off

    def pay(self, fen: int) -> None:
        """Pay, or take a payment back."""
        self.accounts.update({Account.PAYABLE: -fen, Account.PAID: fen})


@dataclass
class Walk:
    """One contract under random acts, each compared with the model."""

    session: Session
    office: Office
    supervisor: Caller
    finance: Caller
    contract: uuid.UUID
    chance: random.Random
    model: Model = field(default_factory=Model)
    unpaid: dict[uuid.UUID, int] = field(default_factory=dict)
    paid: dict[uuid.UUID, tuple[uuid.UUID, int]] = field(default_factory=dict)
    vouchers: int = 0
    amended: list[tuple[Period, Fraction]] = field(default_factory=list)

    def step(self) -> None:
        """Do one thing that can be done now."""
        acts = {self._settle: 3, self._revise: 3, self._pay: 5, self._void: 1, self._amend: 1}
        (act,) = self.chance.choices(list(acts), list(acts.values()))
        act()

    def violations(self) -> int:
        """Count the accounts on which the ledger and the model differ, and a broken identity."""
        found = ledger.balances(ledger_queries.sums(self.session, [self.contract]))
        return sum(found[account] != self.model.accounts[account] for account in Account) + (identity(found) != 0)

    def _settle(self) -> None:
        waiting = [month for month in MONTHS if month not in self.model.scores]
        if not waiting:
            return
        period, score = waiting[0], self.chance.choice(list(SHARES))
        day = period.plus(1).first_day
        result = Result(MonthState.ASSESSED, Score(ScoreKind.EXACT, Fraction(score)), assessed_on=day)
        assessments.record(self.session, self.supervisor, self.contract, period, result)
        assessments.finalize(self.session, self.supervisor, self.contract, period, day)
        assessments.notify(self.session, self.supervisor, self.contract, period, day)
        self.model.scores[period] = score
        made = service.draft(self.session, self.supervisor, self.contract, str(period))
        service.approve(self.session, self.finance, self.contract, made)
        payable = self.model.settle(period)
        if payable:
            self.unpaid[made] = payable

    def _revise(self) -> None:
        if not self.model.scores:
            return
        period = self.chance.choice(list(self.model.scores))
        score = self.chance.choice([s for s in SHARES if s != self.model.scores[period]])
        result = Result(MonthState.ASSESSED, Score(ScoreKind.EXACT, Fraction(score)))
        revision = revisions.Revision(reason="复核", revised_on=clock.today(), result=result)
        revisions.revise(self.session, self.supervisor, self.contract, period, revision)
        self.model.scores[period] = score

    def _pay(self) -> None:
        if not self.unpaid:
            return
        settlement = self.chance.choice(list(self.unpaid))
        fen = self.chance.randint(1, self.unpaid[settlement])
        self.vouchers += 1
        new = payments.NewPayment(
            settlement_id=settlement, amount_fen=fen, paid_on=clock.today(), voucher_no=f"记-{self.vouchers}"
        )
        self.paid[payments.record(self.session, self.finance, self.contract, new)] = (settlement, fen)
        self.model.pay(fen)
        self.unpaid[settlement] -= fen
        self.unpaid = {id_: left for id_, left in self.unpaid.items() if left}

    def _void(self) -> None:
        if not self.paid:
            return
        payment = self.chance.choice(list(self.paid))
        settlement, fen = self.paid.pop(payment)
        payments.void(self.session, self.finance, self.contract, payment, clock.today(), "退票")
        self.model.pay(-fen)
        self.unpaid[settlement] = self.unpaid.get(settlement, 0) + fen

    def _amend(self) -> None:
        since, share = self.chance.choice(MONTHS), self.chance.choice(["0.01", "0.02"])
        amendment = Amendment(since.first_day, Reference(document="补充协议"), terms(share))
        contracts.amend(self.session, self.supervisor, self.contract, amendment)
        # The version with the latest effective day governs, of two of one day the later one.
        self.amended.append((since, Fraction(share)))
        for month in MONTHS:
            governing = [(s, n, value) for n, (s, value) in enumerate(self.amended) if s <= month]
            if governing:
                self.model.held_back[month] = max(governing, key=lambda entry: entry[:2])[2]


def test_the_ledger_is_what_a_small_model_of_it_says(office: Office, database: Database, promise: Promise) -> None:
    """Random months, revisions, amendments, payments and voidings in random order, compared after every step."""
    steps, chance = promise.size(25_000, 60), random.Random(20231231)  # noqa: S311 chosen to be repeatable
    supervisor, finance = (_caller(office, role) for role in ("supervisor", "finance"))
    done = violations = contracts_walked = 0
    while done < steps:
        contracts_walked += 1
        contract = _contract(office, f"WALK-{contracts_walked}")
        with database.write() as session:
            walk = Walk(session, office, supervisor, finance, contract, chance)
            for _ in range(min(120, steps - done)):
                walk.step()
                violations += walk.violations()
                done += 1
    promise.shows(steps=done, contracts=contracts_walked, violations=violations)
    assert violations == 0


def _caller(office: Office, role: str) -> Caller:
    with office.database.read() as session:
        return access.authenticate(session, getattr(office, role).token)


def _contract(office: Office, number: str) -> uuid.UUID:
    years = [{"year": year, "amount": "1200000.00"} for year in (2005, 2006)]
    stated = {"reference": {"document": "合同"}, **terms("0.01").model_dump(mode="json", exclude_none=True)}
    dates = {"starts_on": "2005-01-01", "ends_on": "2006-12-31", "recorded_from": "2005-01"}
    return uuid.UUID(office.contract(number, terms=stated, years=years, **dates).rsplit("/", 1)[1])
