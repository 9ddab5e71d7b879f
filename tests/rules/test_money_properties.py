"""What holds for every contract: lines add up and explain themselves, limits hold, closed months never move."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.rules.clauses import AtRiskPool, Excess, Fund, Holdback, Payment, PerFinding, Window
from app.rules.fees import ServiceFees, quarter_of
from app.rules.ledger import Account, Place, identity, natural, of_payment, of_payout, of_settlement
from app.rules.lines import SIGNS, Component, Line, MonthFacts
from app.rules.periods import Period
from app.rules.reckoning import Reckoning
from app.rules.settlement import Reckoner, reckon
from app.rules.settling import Books, Draft, PaymentPeriod, Settled, payment_periods, settle
from tests.rules.random_contracts import ANY_BASES, FACTS, Facts, month_of, months_of, services, terms
from tests.rules.recompute import recompute
from tests.rules.settled_contracts import terms_of

FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
YEARS = st.lists(FACTS, min_size=1, max_size=14)


def assert_recomputed(lines: Iterable[Line]) -> None:
    for line in lines:
        assert recompute([step.written() for step in line.steps]) == Fraction(line.fen, 100)


@FEW
@given(services(), terms(ANY_BASES), YEARS)
def test_every_line_is_what_its_steps_come_to(
    service: ServiceFees, document: dict[str, Any], facts: list[Facts]
) -> None:
    reckoned = reckon(service, months_of(service, terms_of(document), facts))
    for reckoning in reckoned.values():
        assert_recomputed(reckoning.lines)
        assert bool(reckoning.lines) is not bool(reckoning.missing)


@FEW
@given(services(), terms(ANY_BASES), YEARS, st.randoms(use_true_random=False))
def test_the_order_of_clauses_does_not_matter(
    service: ServiceFees, document: dict[str, Any], facts: list[Facts], chance: random.Random
) -> None:
    other = {**document, "money": chance.sample(document["money"], len(document["money"]))}
    one, two = (reckon(service, months_of(service, terms_of(d), facts)) for d in (document, other))
    for period, reckoning in one.items():
        assert bool(reckoning.missing) is bool(two[period].missing)
        assert {c: reckoning.total(c) for c in Component} == {c: two[period].total(c) for c in Component}


@FEW
@given(services(), terms(ANY_BASES), YEARS, st.data())
def test_a_month_is_reckoned_alike_however_far_is_asked(
    service: ServiceFees, document: dict[str, Any], facts: list[Facts], data: st.DataObject
) -> None:
    months = months_of(service, terms_of(document), facts)
    whole, reckoner = reckon(service, months), Reckoner(service, months)
    for last in data.draw(st.lists(st.sampled_from(sorted(whole)), max_size=4)):
        part = reckoner.through(last)
        assert last in part
        assert part == {period: whole[period] for period in part}


@FEW
@given(services(), terms(), YEARS)
def test_limits_hold(service: ServiceFees, document: dict[str, Any], facts: list[Facts]) -> None:
    """A score takes at most its base, a pool caps, and no cap or ceiling is ever passed."""
    money = terms_of(document)
    reckoned = reckon(service, months_of(service, money, facts))
    for reckoning in reckoned.values():
        assert 0 <= reckoning.total(Component.SCORE_DEDUCTION) <= reckoning.total(Component.FEE)
        assert all(line.fen >= 0 for line in reckoning.lines)
    for clause in money.clauses:
        match clause:
            case AtRiskPool(caps_deductions=True):
                assert_capped_by_the_pool(clause, reckoned.values())
            case PerFinding(cap=cap) if cap is not None and cap.fen is not None:
                for taken in by_window(reckoned, cap.window, Component.FINDING_DEDUCTION):
                    # A cap that is rounded to whole yuan may be passed by less than one.
                    assert taken <= cap.fen + 50
            case Holdback(ceiling_fen=int() as most):
                assert sum(r.total(Component.HOLDBACK) for r in reckoned.values()) <= most + 50
            case _:
                pass


def assert_capped_by_the_pool(clause: AtRiskPool, reckoned: Iterable[Reckoning]) -> None:
    for reckoning in reckoned:
        taken = reckoning.total(Component.SCORE_DEDUCTION) + reckoning.total(Component.FINDING_DEDUCTION)
        # A share that is rounded to three places first, and a pool to whole yuan, are that much more.
        pool = reckoning.total(Component.FEE) * (Fraction(clause.share) + Fraction(1, 2000)) + 50
        assert taken - reckoning.total(Component.DEDUCTION_LIMIT) <= pool


def by_window(reckoned: Mapping[Period, Reckoning], window: Window, component: Component) -> Iterable[int]:
    keys: dict[Window, Callable[[Period], object]] = {
        Window.MONTH: lambda period: period,
        Window.QUARTER: quarter_of,
        Window.YEAR: lambda period: period.year,
        Window.CONTRACT: lambda _: None,
    }
    sums: dict[object, int] = {}
    for period, reckoning in reckoned.items():
        key = keys[window](period)
        sums[key] = sums.get(key, 0) + reckoning.total(component)
    return sums.values()


@dataclass
class House:
    """A contract's settlements as they are approved, and the ledger that they post to."""

    service: ServiceFees
    posted: dict[tuple[Period, Component], int] = field(default_factory=dict)
    closed: set[Period] = field(default_factory=set)
    accounts: dict[Account, int] = field(default_factory=lambda: dict.fromkeys(Account, 0))
    funds: dict[Fund, int] = field(default_factory=lambda: dict.fromkeys(Fund, 0))
    settled: list[Settled] = field(default_factory=list)

    def settle(self, period: PaymentPeriod, months: Sequence[MonthFacts], payment: Payment) -> Draft:
        """Draft a payment period and, where nothing is missing, approve it."""
        reckoned = reckon(self.service, months)
        receivable = self.accounts[Account.RECEIVABLE]
        books = Books(self.posted, frozenset(self.closed), receivable, "/settlements", tuple(self.settled))
        draft = settle(period, reckoned, books, payment, self.service)
        assert draft.payable >= 0
        assert_recomputed(entry.line for entry in draft.lines)
        for entry in draft.lines:
            month = entry.line.period
            # A closed month is only ever adjusted, an open one never.
            assert month is None or (month in self.closed) is entry.adjustment
        if not draft.missing:
            lines = [entry.line for entry in draft.lines]
            self.post(
                of_settlement((line.component, str(line.period) if line.period else None, line.fen) for line in lines)
            )
            for entry in draft.lines:
                if entry.line.period is not None:
                    key = (entry.line.period, entry.line.component)
                    self.posted[key] = self.posted.get(key, 0) + entry.line.fen
            own = tuple(month for month in period.months if month not in self.closed)
            fee = sum(e.line.fen for e in draft.lines if e.line.component is Component.FEE and e.line.period is None)
            limited = payment.excess is Excess.LIMITED
            self.settled += [Settled(own, limited, fee if period.instalment is not None else None)] if own else []
            self.closed |= set(period.months)
        return draft

    def post(self, posting: Mapping[Place, int]) -> None:
        """Post an entry; it balances, and the identity holds after it."""
        assert sum(posting.values()) == 0
        assert 0 not in posting.values()
        for place, fen in posting.items():
            self.accounts[place.account] += natural(place.account, fen)
            if place.fund is not None:
                self.funds[place.fund] += natural(place.account, fen)
        assert identity(self.accounts) == 0
        assert self.accounts[Account.PAYABLE] >= 0
        assert self.accounts[Account.RECEIVABLE] >= 0

    def pay(self, share: Fraction) -> None:
        """Pay a part of what is payable, void it, and pay it again."""
        fen = int(self.accounts[Account.PAYABLE] * share)
        for voided in (False, True, False):
            self.post(of_payment(fen, voided=voided))

    def release(self, fund: Fund, share: Fraction) -> None:
        """Pay a part of what a fund holds out, and forfeit half as much of the rest."""
        held = max(self.funds[fund], 0)
        payable = int(held * share)
        self.post(of_payout(fund, payable, (held - payable) // 2))


@FEW
@given(services(), terms(ANY_BASES), YEARS)
def test_closed_months_reckoned_again_under_their_own_terms_need_no_adjustment(
    service: ServiceFees, document: dict[str, Any], facts: list[Facts]
) -> None:
    months = months_of(service, terms_of(document), facts)
    house = House(service)
    for period in payment_periods(months):
        draft = house.settle(period, months, months[-1].terms.payment or Payment())
        assert not any(entry.adjustment for entry in draft.lines)
    for period in payment_periods(months):
        if set(period.months) <= house.closed:
            assert house.settle(period, months, months[-1].terms.payment or Payment()) == Draft(())


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("settle"), st.integers(0, 13)),
        st.tuples(st.just("late fact"), st.integers(0, 13), FACTS),
        st.tuples(st.just("amendment"), st.integers(0, 13), terms()),
        st.tuples(st.just("pay"), st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(0)])),
        st.tuples(st.just("release"), st.sampled_from(Fund), st.sampled_from([Fraction(1, 2), Fraction(1, 10)])),
    ),
    min_size=3,
    max_size=10,
)


@FEW
@given(services(), terms(), YEARS, EVENTS)
def test_whatever_comes_in_whatever_order_the_posted_is_what_the_last_reckoning_says(
    service: ServiceFees, document: dict[str, Any], facts: list[Facts], events: list[tuple[Any, ...]]
) -> None:
    """Facts come late, amendments reach back, settlements are approved in any order; the next one sets it right."""
    house, months = House(service), months_of(service, terms_of(document), facts)
    payment = months[-1].terms.payment or Payment()
    for event in events:
        match event:
            case ("settle", number):
                periods = payment_periods(months)
                house.settle(periods[number % len(periods)], months, payment)
            case ("late fact", number, known):
                place = number % len(months)
                months[place] = month_of(service, months[place].period, months[place].terms, known)
            case ("amendment", number, amended):
                money = terms_of(amended)
                place = number % len(months)
                months[place:] = [replace(month, terms=money) for month in months[place:]]
            case ("pay", share):
                house.pay(share)
            case ("release", fund, share):
                house.release(fund, share)
    last = house.settle(PaymentPeriod("last", ()), months, payment)
    assert last.missing == ()
    reckoned = reckon(service, months)
    # What a settlement's limit gives back belongs to no month by itself.
    limits = {Component.DEDUCTION_LIMIT} if payment.excess is Excess.LIMITED else set()
    for period in house.closed:
        for component in set(Component) - limits:
            assert house.posted.get((period, component), 0) == reckoned[period].total(component)
    assert house.settle(PaymentPeriod("last", ()), months, payment).payable == 0


@FEW
@given(services(), terms(), YEARS)
def test_deductions_that_are_too_large_are_refused_by_name_where_the_clause_is_silent(
    service: ServiceFees, document: dict[str, Any], facts: list[Facts]
) -> None:
    money = terms_of(document)
    months = months_of(service, money, facts)
    silent = replace(money.payment or Payment(), excess=None)
    books = Books({}, frozenset(), 0, "/settlements")
    reckoned = reckon(service, months)
    for period in payment_periods(months):
        lines = [line for month in period.months for line in reckoned[month].lines]
        due = sum(SIGNS[line.component] * line.fen for line in lines)
        draft = settle(period, reckoned, books, silent, service)
        assert [missing.name for missing in draft.missing] == (["excess"] if due < 0 else [])
        answered = settle(period, reckoned, books, replace(silent, excess=Excess.LIMITED), service)
        assert answered.payable == max(due, 0)
