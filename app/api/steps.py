"""How amounts are explained: steps as data and in words, the clause that each carries out, and what they come to."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import RowMapping

from app.rules.missing import Missing
from app.rules.workings import Measure, Operation, sentences
from app.values import Out, SignedFen


class Text(Out):
    """A text in Chinese and English."""

    zh: str
    en: str


class StepOut(Out):
    """One step: `value` is what `operation` makes of the values of the steps that `operands` number.

    A `given` value can be read at its `source`; without one the clause itself states it. `round` rounds to `places`, a
    half away from zero; `part` is, of [sum, parts, number], round(sum × number ÷ parts) − round(sum × (number − 1) ÷
    parts), each to two places; `band` is the `value` of the one of `bands` that holds the operand.
    """

    number: int
    operation: Operation
    operands: list[int]
    value: Annotated[str, Field(description="Exact: a decimal where it ends, else p/q.", examples=["375504.6896"])]
    measure: Measure
    label: Text
    said: Annotated[Text, Field(description="The step in words.")]
    source: str | None = None
    clause: Annotated[str | None, Field(description="A JSON pointer into the terms.", examples=["/money/0"])] = None
    places: int | None = None
    stage: str | None = None
    bands: list[dict[str, str]] | None = None


class Clause(Out):
    """The clause that an amount carries out: where in which version of the terms, by which paper."""

    pointer: str
    terms_version: int
    reference: dict[str, Any]
    href: str


class LineExplanation(Out):
    """One line of a settlement and the steps to its amount; the last step's value is the amount."""

    number: int
    period: str | None
    component: str
    adjustment: int | None
    amount: SignedFen
    clause: Clause | None
    steps: list[StepOut]


class MissingOut(Out):
    """What is not known, where it belongs, and what it is needed for."""

    name: str
    pointer: str
    period: str | None
    zh: str
    en: str


def steps_out(steps: Sequence[dict[str, Any]]) -> list[StepOut]:
    """Give written steps with their sentences."""
    said = [Text(**text) for text in sentences(steps)]
    return [StepOut(**step, said=text) for step, text in zip(steps, said, strict=True)]


def clause_of(settlement: RowMapping | Mapping[str, Any], line: RowMapping) -> Clause | None:
    """Name the clause of a line; an adjustment carries out several, which its steps name."""
    if line["clause"] is None or line["terms_version"] is None:
        return None
    return clause(settlement["contract_id"], line, line["period"] or settlement["ends_on"].strftime("%Y-%m"))


def clause(contract_id: uuid.UUID, row: RowMapping, period: str) -> Clause:
    """Name a clause by its pointer, with the version of the terms that governs a month."""
    return Clause.model_construct(
        pointer=row["clause"],
        terms_version=row["terms_version"],
        reference=row["reference"],
        href=f"/v1/contracts/{contract_id}/terms?period={period}",
    )


def explained(settlement: RowMapping, line: RowMapping) -> LineExplanation:
    """Give a line with its steps."""
    return LineExplanation.model_construct(
        number=line["number"],
        period=line["period"],
        component=line["component"],
        adjustment=line["adjustment"],
        amount=line["amount_fen"],
        clause=clause_of(settlement, line),
        steps=steps_out(line["steps"]),
    )


def missing_out(missing: Missing) -> MissingOut:
    """Give what is missing as the API names it."""
    return MissingOut.model_construct(
        name=missing.name,
        pointer=missing.pointer,
        period=missing.period,
        zh=missing.label.zh,
        en=missing.label.en,
    )


def sums_of(row: RowMapping | Mapping[str, Any]) -> dict[str, int]:
    """Give the sums of a settlement, in fen, under the names that both doors have for them."""
    return {
        "fee": row["fee_fen"],
        "deducted": row["deducted_fen"],
        "held": row["held_fen"],
        "adjusted": row["adjusted_fen"],
        "carried_over": row["carried_fen"],
        "payable": row["payable_fen"],
        "paid": row["paid_fen"],
        "unpaid": row["payable_fen"] - row["paid_fen"],
    }
