"""What the API shows of an evaluation: its rows with what was printed and computed, its comparisons and checks."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import RowMapping

from app.api.answers import Version
from app.api.steps import Text
from app.features.evaluations.document import EvaluationDocument
from app.features.evaluations.reading import Reading
from app.features.evaluations.trace import ActualTrace
from app.models.words import EvaluationKind, EvaluationStatus
from app.rules.evaluations.totals import Basis, Total
from app.rules.evaluations.values import Check, Comparison, Dimension, Funds, FundSource, Indicator, Scored, Verdict
from app.rules.money import exact, format_hundredths, hundredths
from app.values import Day, Out

Rounded = Annotated[str | None, Field(description="Two places, half up; null: not known.", examples=["86.88"])]
Exact = Annotated[
    str | None, Field(description="Unrounded, where rounding hides something: a decimal where it ends, else p/q.")
]
Place = Annotated[str, Field(description="A JSON pointer into `document`.", examples=["/indicators/0/children/2"])]


class EvaluationSummary(Out):
    """An evaluation without its table."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    contract_id: uuid.UUID | None
    year: int
    kind: EvaluationKind
    title: str
    template: str
    status: EvaluationStatus
    finalised_on: Day | None
    total: Annotated[
        str | None,
        Field(
            description="Two places, half up; in lists of a final one alone: a draft's is reckoned when it is read.",
            examples=["86.88"],
        ),
    ]
    grade: Annotated[str | None, Field(description="Of the unrounded total; in lists of a final one alone.")]
    reason: Annotated[str | None, Field(description="Why the latest version was made.")]
    recorded_by: Annotated[str, Field(description="Who made it.")]
    version: Version
    created_at: datetime
    updated_at: datetime


class RateOut(Out):
    """What a first-level indicator reached."""

    name: str
    place: Place
    weight: Rounded
    score: Rounded
    rate: Annotated[str | None, Field(description="得分率 in percent, two places, half up.", examples=["96.85"])]
    rate_exact: Exact
    printed: Annotated[str | None, Field(description="As the paper prints it.")]


class RowOut(Out):
    """A row of the table: what was printed, and what follows."""

    place: Place
    name: str
    dimension: Dimension | None
    weight: Rounded
    weight_printed: str | None
    score: Annotated[
        str | None,
        Field(description="What counts: the printed score where there is one, else the computed one; two places."),
    ]
    score_exact: Exact
    score_printed: str | None
    score_by_method: Annotated[
        str | None, Field(description="What its method gives, or the methods below it; null: nothing does.")
    ]
    score_by_method_exact: Exact
    stated: Annotated[bool, Field(description="The score is people's own: nothing computes it.")]
    rate: Rounded
    rate_exact: Exact
    rate_printed: str | None
    met: bool | None
    completion: Annotated[str | None, Field(description="Exact share of the target that was reached.")]
    target: str | None
    actual: Annotated[str | None, Field(description="As printed, or as the record gives it.")]
    from_record: Annotated[ActualTrace | None, Field(description="The trace of an actual from the record.")]
    steps: Annotated[list[Text], Field(description="How the score came about.")]
    children: "list[RowOut]"


class FundsOut(Out):
    """A row of the funds as printed."""

    place: Place
    source: FundSource
    initial: str | None
    full_year: str | None
    executed: str | None
    weight: str | None
    rate: str | None
    score: str | None


class ComparisonOut(Out):
    """A printed or derivable figure, recomputed."""

    key: str
    place: Place
    quantity: str
    published: str | None
    recomputed: Annotated[str | None, Field(description="With the places that were printed.")]
    exact: Exact
    verdict: Verdict
    remarks: list[Text]


class CheckOut(Out):
    """What is wrong: rely on `code` and `place`; nothing is repaired."""

    code: str
    place: Place
    also: Annotated[list[str], Field(description="Further places that it is about.")]
    published: str | None
    recomputed: str | None
    verdict: Verdict | None
    text: Text
    remedy: Text


class TotalOut(Out):
    """One total of the evaluation, and what it rests on."""

    basis: Annotated[Basis, Field(description="`rows` is the `total` of the evaluation.")]
    total: Annotated[str | None, Field(description="Two places, half up; of `printed`, as it is printed.")]
    total_exact: Exact
    grade: str | None
    text: Text
    assumed: Annotated[list[Place], Field(description="Rows whose method the paper does not state.")]


class EvaluationOut(EvaluationSummary):
    """An evaluation with all that follows from it; of a draft, actuals from the record are reckoned when it is read."""

    weight: Rounded
    total: Annotated[
        str | None,
        Field(
            description="What its rows add up to: printed scores as printed, the others computed; two places.",
            examples=["86.88"],
        ),
    ]
    total_exact: Exact
    totals: Annotated[
        list[TotalOut], Field(description="Each total that can be told, with its base: nothing is repaired.")
    ]
    rate: Annotated[str | None, Field(description="The total in percent of the weight.")]
    rates: list[RateOut]
    indicators: list[RowOut]
    execution: Annotated[RowOut | None, Field(description="The funds' execution rate, where it carries points.")]
    funds: list[FundsOut]
    comparisons: list[ComparisonOut]
    checks: list[CheckOut]
    document: EvaluationDocument


class EvaluationVersionOut(Out):
    """One version, as it was recorded."""

    number: int
    template: str
    finalised: bool
    total: Rounded
    grade: str | None
    reason: str | None
    recorded_by: str
    recorded_at: datetime
    document: EvaluationDocument


def summary_out(row: RowMapping) -> EvaluationSummary:
    """Show a row of the list."""
    return EvaluationSummary.model_construct(**{**row, "total": _kept(row["total"])})


def version_out(row: RowMapping) -> EvaluationVersionOut:
    """Show a version."""
    document = EvaluationDocument.model_validate(row["document"])
    return EvaluationVersionOut.model_construct(**{**row, "document": document, "total": _kept(row["total"])})


def evaluation_out(found: Reading) -> EvaluationOut:
    """Show an evaluation with everything that the rules make of it."""
    outcome, by_method = found.standing, dict(_flat(found.outcome.rows))
    printed = dict(_printed(found.evaluation.indicators))
    funds = {row.place: row for row in found.evaluation.funds}
    own = {name: value for name, value in found.row.items() if name not in {"document", "frozen"}}
    return EvaluationOut.model_construct(
        **{**own, "total": two_places(outcome.total), "grade": outcome.grade},
        weight=two_places(outcome.weight),
        total_exact=hidden(outcome.total),
        totals=[_total(one) for one in found.totals],
        rate=percentage(outcome.rate),
        rates=[_rate(row, printed.get(row.place)) for row in outcome.rows],
        indicators=[_row(row, printed, found.actuals, by_method) for row in outcome.rows],
        execution=_execution(outcome.funds, funds, found.outcome.funds) if outcome.funds else None,
        funds=[FundsOut.model_construct(**_members(row)) for row in found.evaluation.funds],
        comparisons=[_comparison(one) for one in found.comparisons],
        checks=[check_out(one) for one in found.checks],
        document=found.stated,
    )


def _total(one: Total) -> TotalOut:
    return TotalOut.model_construct(
        basis=one.basis,
        total=one.printed if one.basis is Basis.PRINTED else two_places(one.total),
        total_exact=hidden(one.total),
        grade=one.grade,
        text=Text(zh=one.zh, en=one.en),
        assumed=list(one.assumed),
    )


def two_places(value: Fraction | None) -> str | None:
    """Write points with two places, half up."""
    return None if value is None else format_hundredths(hundredths(value))


def percentage(share: Fraction | None) -> str | None:
    """Write a share in percent with two places, half up."""
    return None if share is None else format_hundredths(hundredths(share * 100))


def hidden(value: Fraction | None) -> str | None:
    """Write a figure unrounded where two places hide something of it."""
    return None if value is None or (value * 100).denominator == 1 else exact(value)


def _kept(total: str | None) -> str | None:
    return two_places(Fraction(total)) if total is not None else None


def _printed(rows: tuple[Indicator, ...]) -> Iterator[tuple[str, Indicator]]:
    for row in rows:
        yield row.place, row
        yield from _printed(row.children)


def _rate(row: Scored, printed: Indicator | None) -> RateOut:
    return RateOut.model_construct(
        name=row.name,
        place=row.place,
        weight=two_places(row.weight),
        score=two_places(row.score),
        rate=percentage(row.rate),
        rate_exact=hidden(row.rate * 100 if row.rate is not None else None),
        printed=printed.rate if printed else None,
    )


def _flat(rows: tuple[Scored, ...]) -> Iterator[tuple[str, Scored]]:
    for row in rows:
        yield row.place, row
        yield from _flat(row.children)


def _row(
    row: Scored,
    printed: Mapping[str, Indicator],
    actuals: Mapping[str, ActualTrace],
    by_method: Mapping[str, Scored],
) -> RowOut:
    said = printed.get(row.place)
    measure = said.measure if said else None
    return RowOut.model_construct(
        **_computed(row, by_method.get(row.place)),
        dimension=said.dimension if said else None,
        weight_printed=said.weight if said else None,
        score_printed=said.score if said else None,
        rate_printed=said.rate if said else None,
        target=measure.target if measure else None,
        actual=measure.actual if measure else None,
        from_record=actuals.get(row.place),
        children=[_row(child, printed, actuals, by_method) for child in row.children],
    )


def _execution(row: Scored, funds: Mapping[str, Funds], by_method: Scored | None) -> RowOut:
    said = funds.get(row.place)
    return RowOut.model_construct(
        **_computed(row, by_method),
        dimension=Dimension.EXECUTION,
        weight_printed=said.weight if said else None,
        score_printed=said.score if said else None,
        rate_printed=said.rate if said else None,
        target=None,
        actual=said.executed if said else None,
        from_record=None,
        children=[],
    )


def _computed(row: Scored, by_method: Scored | None) -> dict[str, Any]:
    computed = None if by_method is None or by_method.stated else by_method.score
    return {
        "score_by_method": two_places(computed),
        "score_by_method_exact": hidden(computed),
        "place": row.place,
        "name": row.name,
        "weight": two_places(row.weight),
        "score": two_places(row.score),
        "score_exact": hidden(row.score),
        "stated": row.stated,
        "rate": percentage(row.rate),
        "rate_exact": hidden(row.rate * 100 if row.rate is not None else None),
        "met": row.met,
        "completion": exact(row.completion) if row.completion is not None else None,
        "steps": [Text(zh=step.zh, en=step.en) for step in row.steps],
    }


def _comparison(one: Comparison) -> ComparisonOut:
    said = _members(one) | {"exact": hidden(one.exact), "remarks": _texts(one)}
    return ComparisonOut.model_construct(**said)


def _texts(one: Comparison) -> list[Text]:
    return [Text(zh=zh, en=en) for zh, en in zip(one.remarks_zh, one.remarks, strict=True)]


def check_out(one: Check) -> CheckOut:
    """Show what is wrong."""
    return CheckOut.model_construct(
        code=one.code,
        place=one.place,
        also=list(one.also),
        published=one.published,
        recomputed=one.recomputed,
        verdict=one.verdict,
        text=Text(zh=one.zh, en=one.en),
        remedy=Text(zh=one.remedy_zh, en=one.remedy_en),
    )


def _members(value: Funds | Comparison) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
