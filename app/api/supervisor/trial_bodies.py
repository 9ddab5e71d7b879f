"""What is asked of a trial, and what it answers about one contract."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, StringConstraints

from app.api.steps import MissingOut, StepOut, Text, missing_out, steps_out
from app.features.alerts.texts import text
from app.features.contracts.terms_document import TermsDocument
from app.features.settlements.trials.alerts import Raised
from app.features.settlements.trials.patching import Change
from app.features.settlements.trials.request import TrialRequest
from app.features.settlements.trials.service import ContractTrial
from app.models.words import AlertKind, Severity
from app.rules.lines import Component, Line
from app.rules.trial_payouts import TrialYear
from app.rules.trials import Amounts, TrialMonth, TrialPayment, Why, missing_of
from app.values import Day, Name, Out, PeriodValue, Shape, SignedFen, shown

Pointer = Annotated[
    str,
    StringConstraints(pattern=r"^(/([^/~]|~[01])*)*$", max_length=200),
    Field(examples=["/money/0/share"], description="A JSON pointer into the terms, as GET …/terms shows them."),
]


class ChangeIn(Shape):
    """One change of the terms in force (JSON Patch); `value` is left out where something is removed."""

    op: Literal["replace", "add", "remove"]
    path: Pointer
    value: JsonValue = None

    def change(self) -> Change:
        """Read the body as the feature's change."""
        return Change(self.op, self.path, self.value)


class MonthsIn(Shape):
    """From which month to which, both included; one left out, from the first or to the last."""

    from_: Annotated[PeriodValue | None, Field(alias="from")] = None
    to: PeriodValue | None = None


class TrialIn(Shape):
    """试算: the whole `terms` to try, or `changes` of those in force; of all closed months, or only some."""

    model_config = shown(
        {
            "title": "合格线以下扣15%",
            "changes": [{"op": "replace", "path": "/money/0/bands/1/share", "value": "0.85"}],
            "months": {"from": "2023-01", "to": "2023-12"},
            "effective_from": "2023-07-01",
        }
    )

    title: Name | None = None
    terms: TermsDocument | None = None
    changes: Annotated[list[ChangeIn] | None, Field(max_length=50)] = None
    months: MonthsIn | None = None
    effective_from: Annotated[
        Day | None, Field(description="Months that end before it stay under their own terms.")
    ] = None

    def request(self) -> TrialRequest:
        """Read the body as the feature's request."""
        months = self.months or MonthsIn()
        changes = None if self.changes is None else [change.change() for change in self.changes]
        return TrialRequest(self.terms, changes, months.from_, months.to, self.effective_from, self.title)


class AmountsOut(Out):
    """One amount on both sides; null where a side does not decide it, or where nothing is posted."""

    own: Annotated[SignedFen | None, Field(description="By the contract's own terms, from the facts on record now.")]
    trial: Annotated[SignedFen | None, Field(description="By the terms on trial.")]
    difference: Annotated[SignedFen | None, Field(description="What the trial adds: trial − own.")]
    posted: Annotated[SignedFen | None, Field(description="By approved settlements, their adjustments included.")]


class TrialComponent(AmountsOut):
    """A component of a month."""

    component: Component


class TrialLine(Out):
    """An amount with the clause that it carries out, on its side, and the steps to it."""

    amount: SignedFen
    clause: Annotated[str | None, Field(description="A JSON pointer into that side's terms.", examples=["/money/0"])]
    steps: list[StepOut]


class WhyOut(AmountsOut):
    """A component that comes out otherwise, and how either side comes about."""

    component: Component
    text: Text
    own_lines: list[TrialLine]
    trial_lines: list[TrialLine]


class TrialMonthOut(Out):
    """A month on both sides."""

    period: str
    terms_version: Annotated[int, Field(description="The version of the contract's own terms that governs it.")]
    on_trial: Annotated[bool, Field(description="False for months that stay under their own terms.")]
    decided: Annotated[bool, Field(description="Whether both sides decide it; otherwise it is in no sum.")]
    comes_to: AmountsOut
    components: list[TrialComponent]
    why: list[WhyOut]
    own_missing: list[MissingOut]
    trial_missing: list[MissingOut]


class TrialPaymentOut(Out):
    """What is payable for a payment period, as if only these months were ever settled."""

    payment_period: str
    months: list[str]
    payable: AmountsOut
    own_missing: list[MissingOut]
    trial_missing: list[MissingOut]


class TrialYearOut(Out):
    """What a year's score pays out of what its months keep back on either side, and what it forfeits."""

    year: int
    paid: AmountsOut
    forfeited: AmountsOut
    own_lines: list[TrialLine]
    trial_lines: list[TrialLine]
    own_missing: list[MissingOut]
    trial_missing: list[MissingOut]


class TrialAlertOut(Out):
    """An alert that only one side raises, by the facts as they stand now."""

    kind: AlertKind
    severity: Severity
    subject: str
    periods: list[str]
    since: Day
    until: Day | None
    facts: dict[str, Any]
    text: Text


class TrialAlertsOut(Out):
    """Which alerts there would be more or fewer of."""

    only_under_trial: list[TrialAlertOut]
    only_under_own: list[TrialAlertOut]
    under_both: int
    not_judged: Annotated[list[str], Field(description="Months scored on another scale than the marks on trial.")]


class TrialTotals(Out):
    """The sums of the months that both sides decide; `left_out` names the others."""

    months: int
    left_out: list[str]
    comes_to: AmountsOut
    components: list[TrialComponent]


class TrialOut(Out):
    """试算 of one contract: month by month and in total; nothing of it is on record."""

    contract_id: uuid.UUID
    contract_number: str
    vendor_id: uuid.UUID
    title: str | None
    months: list[TrialMonthOut]
    totals: TrialTotals
    payment_periods: list[TrialPaymentOut]
    payouts: Annotated[list[TrialYearOut], Field(description="Of years that were assessed and are shown whole.")]
    alerts: TrialAlertsOut


def trial_out(found: ContractTrial, title: str | None) -> TrialOut:
    """Write a trial of one contract."""
    outcome = found.outcome
    return TrialOut.model_construct(
        contract_id=found.contract["id"],
        contract_number=found.contract["number"],
        vendor_id=found.contract["vendor_id"],
        title=title,
        months=[_month(found, month) for month in outcome.months],
        totals=TrialTotals.model_construct(
            months=len(outcome.decided),
            left_out=[str(month.period) for month in outcome.months if not month.decided],
            comes_to=AmountsOut.model_construct(**_amounts(outcome.comes_to)),
            components=_components(outcome.components),
        ),
        payment_periods=[_payment(payment) for payment in outcome.payments],
        payouts=[_year(year) for year in found.years],
        alerts=TrialAlertsOut.model_construct(
            only_under_trial=_alerts(found.alerts.only_under_trial),
            only_under_own=_alerts(found.alerts.only_under_own),
            under_both=found.alerts.both,
            not_judged=[str(period) for period in found.alerts.not_judged],
        ),
    )


def _month(found: ContractTrial, month: TrialMonth) -> TrialMonthOut:
    return TrialMonthOut.model_construct(
        period=str(month.period),
        terms_version=found.versions[month.period],
        on_trial=month.period in found.on_trial,
        decided=month.decided,
        comes_to=AmountsOut.model_construct(**_amounts(month.comes_to)),
        components=_components(month.components),
        why=[_why(entry) for entry in month.why],
        own_missing=[missing_out(entry) for entry in month.own.missing],
        trial_missing=[missing_out(entry) for entry in month.trial.missing],
    )


def _amounts(amounts: Amounts) -> dict[str, Any]:
    return {name: getattr(amounts, name) for name in AmountsOut.model_fields}


def _components(components: dict[Component, Amounts]) -> list[TrialComponent]:
    return [
        TrialComponent.model_construct(component=component, **_amounts(amounts))
        for component, amounts in components.items()
    ]


def _why(why: Why) -> WhyOut:
    said = why.said
    return WhyOut.model_construct(
        component=why.component,
        text=Text(zh=said.zh, en=said.en),
        own_lines=_lines(why.own),
        trial_lines=_lines(why.trial),
        **_amounts(why.amounts),
    )


def _lines(lines: Sequence[Line]) -> list[TrialLine]:
    return [
        TrialLine.model_construct(
            amount=line.fen, clause=line.clause, steps=steps_out([step.written() for step in line.steps])
        )
        for line in lines
    ]


def _payment(payment: TrialPayment) -> TrialPaymentOut:
    return TrialPaymentOut.model_construct(
        payment_period=payment.key,
        months=[str(month) for month in payment.months],
        payable=AmountsOut.model_construct(**_amounts(payment.payable)),
        own_missing=[missing_out(entry) for entry in missing_of(payment.own)],
        trial_missing=[missing_out(entry) for entry in missing_of(payment.trial)],
    )


def _year(year: TrialYear) -> TrialYearOut:
    return TrialYearOut.model_construct(
        year=year.year,
        paid=AmountsOut.model_construct(**_amounts(year.paid)),
        forfeited=AmountsOut.model_construct(**_amounts(year.forfeited)),
        own_lines=_lines(year.own.lines),
        trial_lines=_lines(year.trial.lines),
        own_missing=[missing_out(entry) for entry in year.own.missing],
        trial_missing=[missing_out(entry) for entry in year.trial.missing],
    )


def _alerts(raised: Iterable[Raised]) -> list[TrialAlertOut]:
    return [
        TrialAlertOut.model_construct(
            kind=entry.state.kind,
            severity=entry.state.severity,
            subject=entry.state.subject,
            periods=sorted(str(period) for period in entry.periods),
            since=entry.state.since,
            until=entry.state.until,
            facts=entry.state.facts,
            text=Text(**text(entry.state.kind, entry.state.facts)),
        )
        for entry in raised
    ]
