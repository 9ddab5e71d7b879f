"""Dated terms: the clauses of a contract as values, the version in force for a period, and what is not stated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from app.rules.annual import AnnualRule, check_annual_rule
from app.rules.clauses import MoneyTerms, Trigger
from app.rules.consecutive import ConsecutiveRule, check_consecutive
from app.rules.deadlines import DueDateRule
from app.rules.faults import Fault
from app.rules.key_posts import KeyPost, check_key_posts
from app.rules.money_faults import check_money
from app.rules.owed_figures import MetricsRule, check_metrics_rule
from app.rules.periods import Period
from app.rules.repeat_rules import RepeatRule, check_repeat_rule
from app.rules.scores import Band, Rubric, check_bands, check_rubric
from app.rules.trigger_faults import check_triggers

HUNDRED_MARKS = Decimal(100)
"""百分制: what a total is measured by while the terms state no rubric; the contract says so in `terms_incomplete`."""


NO_MONEY = MoneyTerms()


@dataclass(frozen=True, slots=True)
class Terms:
    """The clauses that decide something today; None or empty means that the contract does not state the clause."""

    notice: DueDateRule | None = None
    pass_mark: Decimal | None = None
    grades: tuple[Band, ...] = ()
    repeat: RepeatRule | None = None
    consecutive: tuple[ConsecutiveRule, ...] = ()
    rubric: Rubric | None = None
    appeal: DueDateRule | None = None
    """By when the vendor may appeal against a notice; without the clause no appeal is in or out of time."""
    acknowledgement: DueDateRule | None = None
    """By when a notice is acknowledged; past it the acknowledgement is deemed given."""
    rectification: DueDateRule | None = None
    """By when a notified finding is to be rectified."""
    monthly_report: DueDateRule | None = None
    """By when the vendor hands in its report of a month."""
    metrics: MetricsRule | None = None
    """By when the figures of a month are on record, and which; without it none is missed."""
    key_posts: tuple[KeyPost, ...] = ()
    """Posts that are never to stay vacant, and by when a vacancy is filled; without it no post is asked about."""
    annual_assessment: AnnualRule | None = None
    payment_due: DueDateRule | None = None
    """By when what is approved is paid; without it no payment is behind."""
    money: MoneyTerms = NO_MONEY
    triggers: tuple[Trigger, ...] = ()
    """What has a consequence that a person decides about; without it nothing but what stands above has one."""

    @property
    def full_mark(self) -> Decimal:
        """Give the full mark that scores are measured by, in points."""
        return self.rubric.full_mark if self.rubric else HUNDRED_MARKS

    def key_post(self, code: str) -> KeyPost | None:
        """Give a key post by its code; None where these terms do not name it."""
        return next((post for post in self.key_posts if post.code == code), None)

    def missing(self) -> tuple[str, ...]:
        """Name the clauses without which something is not decided: no clause, no rule (domain.md section 4).

        `annual_assessment` is not among them: where it is absent none is asked for, and nothing is left open.
        """
        stated = {
            "notice": self.notice,
            "pass_mark": self.pass_mark,
            "grades": self.grades,
            "repeat": self.repeat,
            "consecutive": self.consecutive,
            "rubric": self.rubric,
        }
        return tuple(clause for clause, value in stated.items() if not value)


@dataclass(frozen=True, slots=True)
class DatedTerms:
    """One version of a contract's terms: from when it governs, and from when it is known."""

    number: int
    effective_from: date
    agreed_on: date
    terms: Terms


Dated = TypeVar("Dated", bound=DatedTerms)


def in_force(versions: Iterable[Dated], period: Period, known_on: date) -> Dated | None:
    """Pick the version for a period: the latest effective one up to its last day, among those agreed by `known_on`.

    Of two versions with one effective date the later agreed governs, of two agreed on one day the later numbered. The
    contract itself, version 1, is known from the first day of service, even where its paper was signed later.
    """
    return governing(versions, (period,), known_on).get(period)


def governing(versions: Iterable[Dated], periods: Iterable[Period], known_on: date) -> dict[Period, Dated]:
    """Pick the version in force for each of some periods; those that none governs are left out."""
    known = [version for version in versions if version.number == 1 or version.agreed_on <= known_on]
    known.sort(key=lambda version: (version.effective_from, version.agreed_on, version.number), reverse=True)
    found = {}
    for period in periods:
        last_day = period.last_day
        version = next((version for version in known if version.effective_from <= last_day), None)
        if version is not None:
            found[period] = version
    return found


def check_terms(terms: Terms) -> tuple[Fault, ...]:
    """Name everything in the terms that contradicts itself; pointers start at the terms document."""
    faults: list[Fault] = []
    if terms.rubric:
        faults += [fault.under("/rubric") for fault in check_rubric(terms.rubric)]
    if terms.grades:
        faults += [fault.under("/grades") for fault in check_bands(terms.grades, terms.full_mark)]
    if terms.repeat:
        faults += [fault.under("/repeat") for fault in check_repeat_rule(terms.repeat)]
    if terms.pass_mark is not None and not 0 < terms.pass_mark <= terms.full_mark:
        faults.append(_pass_mark_fault(terms.pass_mark, terms.full_mark))
    faults += [fault.under("/consecutive") for fault in check_consecutive(terms.consecutive, terms.full_mark)]
    faults += [fault.under("/key_posts") for fault in check_key_posts(terms.key_posts)]
    if terms.metrics:
        faults += [fault.under("/metrics") for fault in check_metrics_rule(terms.metrics)]
    if terms.annual_assessment:
        faults += [fault.under("/annual_assessment") for fault in check_annual_rule(terms.annual_assessment)]
    faults += check_money(terms.money, terms.full_mark)
    faults += check_triggers(terms.triggers, terms.money, terms.full_mark)
    return tuple(faults)


def _pass_mark_fault(pass_mark: Decimal, full_mark: Decimal) -> Fault:
    return Fault(
        "/pass_mark",
        "mark-outside-scale",
        f"The pass mark {pass_mark} is not above 0 and at most the full mark {full_mark}.",
        "State a mark on the rubric's scale.",
    )
