"""The terms of a contract as a document: the shapes that the API takes, and their reading into rules."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, TypeAdapter, model_validator

from app.features.contracts.money_clauses import MoneyClause
from app.features.contracts.payment_clause import PaymentMoney
from app.features.contracts.trigger_clauses import Trigger, check_edge
from app.rules import terms as rules
from app.rules.annual import AnnualRule, AnnualScoreRule, Unscored, YearKind
from app.rules.clauses import MoneyTerms, ladders_of
from app.rules.consecutive import ConsecutiveRule, Gap
from app.rules.deadlines import DueDateRule, Roll, Unit
from app.rules.faults import Fault
from app.rules.key_posts import KeyPost
from app.rules.owed_figures import MetricsRule
from app.rules.repeat_rules import CountBy, RepeatRule, Scope, Window, WindowKind
from app.rules.scores import Band, Criterion, CriterionKind, Rubric
from app.values import Code, Name, Points, Rate, Shape, ShortCode

LONGEST = {Unit.CALENDAR_DAYS: 3650, Unit.WORKING_DAYS: 2500, Unit.MONTHS: 120, Unit.DAY_OF_NEXT_MONTH: 31}
"""The longest due date by unit: ten years, or the days of a month."""


class Reference(Shape):
    """Which paper, which clause."""

    document: Name
    clause: Name | None = None


class Limit(Shape):
    """How long after an event something is owed; no answer has a default but the start day, which does not count."""

    after: str
    unit: Unit
    length: Annotated[StrictInt, Field(ge=1, le=3650)]
    """How many of the unit; for `day_of_next_month` the day, 1 to 31."""
    roll: Roll
    counts_start_day: StrictBool = False

    def rule(self) -> DueDateRule:
        """Read the clause as a rule."""
        return DueDateRule(self.after, self.unit, self.length, self.roll, self.counts_start_day)


class DueDateClause(Limit):
    """How long after which event something is owed."""

    after: Literal["period_end", "notice", "year_end", "settlement_approved"]


class NoticeClause(DueDateClause):
    """考核通报: by when a period's result is notified."""

    after: Literal["period_end"]


class MetricsClause(DueDateClause):
    """月度数据: by when a month's figures are on record, and which; any hall's or counter's will do."""

    after: Literal["period_end"]
    required: Annotated[list[Code], Field(min_length=1, max_length=100)]

    def metrics_rule(self) -> MetricsRule:
        """Read the clause as a rule."""
        return MetricsRule(self.rule(), tuple(self.required))


class VacancyClause(Limit):
    """How long a post may be vacant: from the day on which its holder left, or on which the service began."""

    after: Literal["vacated"]


class KeyPostItem(Shape):
    """A post that the contract names, and by when a vacancy of it is filled."""

    post: ShortCode
    name: Name
    due: VacancyClause

    def rule(self) -> KeyPost:
        """Read the item as a rule's."""
        return KeyPost(self.post, self.name, self.due.rule())


class FixedWindow(Shape):
    """A calendar year, a contract year, or periods in a row."""

    kind: Literal["calendar_year", "contract_year", "periods_in_a_row"]


class RollingMonths(Shape):
    """The months that end with the day."""

    kind: Literal["rolling_months"]
    months: Annotated[StrictInt, Field(ge=1, le=120)]


class AnyPeriods(Shape):
    """Any so many periods one after another."""

    kind: Literal["any_periods"]
    periods: Annotated[StrictInt, Field(ge=1, le=120)]


class RepeatClause(Shape):
    """重复发生问题: from which occurrence on an issue is a repeat offence."""

    threshold: Annotated[StrictInt, Field(ge=1, le=1000)]
    window: Annotated[FixedWindow | RollingMonths | AnyPeriods, Field(discriminator="kind")]
    count: CountBy
    scope: Scope

    def rule(self) -> RepeatRule:
        """Read the clause as a rule."""
        length = getattr(self.window, "months", None) or getattr(self.window, "periods", None)
        return RepeatRule(self.threshold, Window(WindowKind(self.window.kind), length), self.count, self.scope)


class ConsecutiveClause(Shape):
    """So many months under a mark, in a row or within so many; what a gap does is answered or left undecided."""

    below: Points | None = None
    at_most: Points | None = None
    periods: Annotated[StrictInt, Field(ge=2, le=120)]
    consequence: Code
    within: Annotated[StrictInt, Field(ge=2, le=120)] | None = None
    excused: Gap | None = None
    not_assessed: Gap | None = None

    def rule(self) -> ConsecutiveRule:
        """Read the clause as a rule."""
        return ConsecutiveRule(
            self.below, self.periods, self.consequence, self.within, self.excused, self.not_assessed, self.at_most
        )

    @model_validator(mode="after")
    def _has_one_edge(self) -> "ConsecutiveClause":
        check_edge(self.below, self.at_most)
        return self


class Edges(Shape):
    """A stretch of the score by its edges: `at_least` and `at_most` own their mark, `above` and `below` do not."""

    at_least: Points | None = None
    above: Points | None = None
    below: Points | None = None
    at_most: Points | None = None


class GradeBand(Edges):
    """A grade and the scores that earn it."""

    name: Name

    def band(self) -> Band:
        """Read the band as a rule's."""
        return Band(self.name, self.at_least, self.above, self.below, self.at_most)


class CriterionItem(Shape):
    """评分项: a scored item; additions and deductions come on top of the full mark and off it."""

    code: Code
    name: Name
    weight: Points
    kind: CriterionKind = CriterionKind.AWARD


class RubricClause(Shape):
    """考核评分细则: what the full mark is and which items make it up; the weights of the awards total it exactly."""

    full_mark: Points
    criteria: Annotated[list[CriterionItem], Field(max_length=200)] = []  # noqa: RUF012 pydantic copies it
    normalise: StrictBool = False
    """Whether items that do not apply are taken out and the rest rescaled to the full mark."""

    def rule(self) -> Rubric:
        """Read the clause as a rule."""
        criteria = tuple(Criterion(item.code, item.name, item.kind, item.weight) for item in self.criteria)
        return Rubric(self.full_mark, criteria, self.normalise)


class MeanOfMonths(Shape):
    """The mean of the months' scores, a year-end review weighed in; what a month without a score counts is answered."""

    method: Literal["mean_of_months"]
    review_weight: Rate | None = None
    excused: Unscored | None = None
    not_assessed: Unscored | None = None

    def rule(self) -> AnnualScoreRule:
        """Read the clause as a rule."""
        return AnnualScoreRule(self.review_weight, self.excused, self.not_assessed)


class AnnualAssessmentClause(DueDateClause):
    """年度考核: by when a year is assessed; without `score` the centre enters the year's score when it is held."""

    after: Literal["year_end"]
    year: YearKind = YearKind.CALENDAR
    score: MeanOfMonths | None = None

    def annual_rule(self) -> AnnualRule:
        """Read the clause as a rule."""
        return AnnualRule(self.rule(), self.year, self.score.rule() if self.score else None)


class PaymentClause(PaymentMoney):
    """How a contract is paid; `due` is left out where the paper prints no day."""

    due: DueDateClause | None = None


class TermsDocument(Shape):
    """合同条款. A clause that is left out does not exist; `terms_incomplete` of the contract names it."""

    notice: NoticeClause | None = None
    pass_mark: Points | None = None
    grades: Annotated[list[GradeBand], Field(max_length=50)] | None = None
    repeat: RepeatClause | None = None
    consecutive: Annotated[list[ConsecutiveClause], Field(max_length=20)] | None = None
    rubric: RubricClause | None = None
    rectification: DueDateClause | None = None
    appeal: DueDateClause | None = None
    acknowledgement: DueDateClause | None = None
    annual_assessment: AnnualAssessmentClause | None = None
    monthly_report: DueDateClause | None = None
    metrics: MetricsClause | None = None
    key_posts: Annotated[list[KeyPostItem], Field(max_length=50)] | None = None
    payment: PaymentClause | None = None
    money: Annotated[list[MoneyClause], Field(max_length=50)] | None = None
    triggers: Annotated[list[Trigger], Field(max_length=50)] | None = None

    def rules(self) -> rules.Terms:
        """Read the clauses that decide something into rules."""
        triggers = tuple(clause.rule() for clause in self.triggers or ())
        return rules.Terms(
            notice=self.notice.rule() if self.notice else None,
            pass_mark=self.pass_mark,
            grades=tuple(band.band() for band in self.grades or ()),
            repeat=self.repeat.rule() if self.repeat else None,
            consecutive=tuple(clause.rule() for clause in self.consecutive or ()),
            rubric=self.rubric.rule() if self.rubric else None,
            appeal=self.appeal.rule() if self.appeal else None,
            acknowledgement=self.acknowledgement.rule() if self.acknowledgement else None,
            rectification=self.rectification.rule() if self.rectification else None,
            monthly_report=self._report_rule(),
            metrics=self.metrics.metrics_rule() if self.metrics else None,
            key_posts=tuple(item.rule() for item in self.key_posts or ()),
            annual_assessment=self.annual_assessment.annual_rule() if self.annual_assessment else None,
            payment_due=self.payment.due.rule() if self.payment and self.payment.due else None,
            money=MoneyTerms(
                self.payment.money() if self.payment else None,
                tuple(clause.rule() for clause in self.money or ()),
                self.rubric.full_mark if self.rubric else rules.HUNDRED_MARKS,
                ladders_of(triggers),
            ),
            triggers=triggers,
        )

    def faults(self) -> tuple[Fault, ...]:
        """Name what contradicts itself; pointers start at this document."""
        lengths = self._length_faults()
        if lengths:
            # No rule can be made of such a length, so there is nothing further to check.
            return lengths
        return (*self._report_faults(), *rules.check_terms(self.rules()))

    def _report_rule(self) -> DueDateRule | None:
        """Read by when reports are handed in: what an older Kaohe took with another event stays a mere record."""
        clause = self.monthly_report
        return clause.rule() if clause and clause.after == "period_end" else None

    def _report_faults(self) -> tuple[Fault, ...]:
        if self.monthly_report is None or self.monthly_report.after == "period_end":
            return ()
        detail = f"A report of a month is owed after 'period_end', not after '{self.monthly_report.after}'."
        remedy = "Count the limit from the month's end."
        return (Fault("/monthly_report/after", "wrong-event", detail, remedy),)

    def _length_faults(self) -> tuple[Fault, ...]:
        clauses: dict[str, Limit] = {f"/{name}": value for name, value in self if isinstance(value, DueDateClause)}
        if self.payment and self.payment.due:
            clauses["/payment/due"] = self.payment.due
        clauses |= {f"/key_posts/{place}/due": item.due for place, item in enumerate(self.key_posts or ())}
        return tuple(
            Fault(
                f"{place}/length",
                "length-out-of-range",
                f"{clause.length} is more than the {LONGEST[clause.unit]} that {clause.unit} allows.",
                "Check the figure and its unit.",
            )
            for place, clause in clauses.items()
            if clause.length > LONGEST[clause.unit]
        )


_DOCUMENT = TypeAdapter(TermsDocument)


def written(document: TermsDocument) -> str:
    """Write the document as it is stored: JSON text without the clauses that are not stated."""
    return document.model_dump_json(exclude_none=True)


def read(text: str) -> TermsDocument:
    """Read a stored document; raises ValueError where it has been damaged."""
    return _DOCUMENT.validate_json(text)
