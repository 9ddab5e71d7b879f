"""What budgets look like on the wire: amounts of a line on a day, and rates that name their base."""

import re
import uuid
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from sqlalchemy import RowMapping

from app.rules.budgets import Base, NoRate, Position, Rate
from app.rules.money import exact, parse_yuan, yuan
from app.values import LARGEST_FEN, Code, Day, Out, SignedFen

_SIGNED = re.compile(r"-?\d{1,15}(\.\d{1,2})?", re.ASCII)


def _either_way(value: object) -> int:
    if not isinstance(value, str) or not _SIGNED.fullmatch(value):
        message = 'must be a string in yuan like "-250.00", with at most two decimals'
        raise ValueError(message)
    fen = parse_yuan(value)
    if abs(fen) > LARGEST_FEN:
        message = f"must be at most {yuan(LARGEST_FEN)} either way"
        raise ValueError(message)
    return fen


AdjustedFen = Annotated[
    int,
    BeforeValidator(_either_way),
    PlainSerializer(yuan, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,13}(\.\d{1,2})?$", "examples": ["-250.00"]}),
]
"""Money in yuan that is added, or taken where it is negative."""

PurposeCode = Annotated[Code, Field(description="A code of the centre's own.", examples=["hall_operation"])]


class AmountsOut(Out):
    """A line, or several together, on a day; full year = initial + added − taken + moved in − moved out."""

    initial: Annotated[SignedFen, Field(description="年初预算.")]
    added: SignedFen
    taken: SignedFen
    moved_in: Annotated[SignedFen, Field(description="From other lines.")]
    moved_out: Annotated[SignedFen, Field(description="To other lines.")]
    full_year: Annotated[SignedFen, Field(description="全年预算: what it came to on that day.")]
    executed: Annotated[SignedFen, Field(description="What was spent and is charged to it, less counter-entries.")]
    unspent: Annotated[SignedFen, Field(description="Full year − executed; negative where more was spent.")]
    mismatched: Annotated[SignedFen, Field(description="Spent for another purpose, and not decided about.")]
    unexplained: Annotated[SignedFen, Field(description="Adjusted without a reason, either way.")]


class RateOut(Out):
    """执行率: a share of a named base. A rate of one base is none of another."""

    base: Base
    of: Annotated[SignedFen | None, Field(description="What the base comes to.")]
    percent: Annotated[
        str | None, Field(description="Two places, a half rounded up; null where there is none.", examples=["92.46"])
    ]
    exact: Annotated[
        str | None, Field(description="The share itself, unrounded, as a fraction.", examples=["51693/55906"])
    ]
    remainder: Annotated[SignedFen | None, Field(description="Of the base, what is not spent.")]
    unknown: Annotated[
        NoRate | None,
        Field(
            description="Why there is no rate: the base is 0, or nobody has said what the contract is for that year; "
            "the budget is never put in its place."
        ),
    ]


class AdjustmentOut(Out):
    """An adjustment; one between lines is on both, with opposite signs."""

    id: uuid.UUID
    budget_line_id: uuid.UUID
    amount: SignedFen
    adjusted_on: Day
    reason: Annotated[str | None, Field(description="Null where nobody explains it.")]
    document_no: str | None
    counterpart_line_id: Annotated[uuid.UUID | None, Field(description="The line of the other side.")]
    counterpart_project: str | None
    recorded_by: str


def amounts_out(found: Position) -> AmountsOut:
    """Write what a line comes to."""
    return AmountsOut(
        initial=found.initial_fen,
        added=found.added_fen,
        taken=found.taken_fen,
        moved_in=found.moved_in_fen,
        moved_out=found.moved_out_fen,
        full_year=found.full_year_fen,
        executed=found.executed_fen,
        unspent=found.unspent_fen,
        mismatched=found.mismatched_fen,
        unexplained=found.unexplained_fen,
    )


def rate_out(found: Rate) -> RateOut:
    """Write a rate with its base."""
    return RateOut(
        base=found.base,
        of=found.of_fen,
        percent=found.percent,
        exact=None if found.share is None else exact(found.share),
        remainder=found.remainder_fen,
        unknown=found.unknown,
    )


def adjustment_out(row: RowMapping) -> AdjustmentOut:
    """Write an adjustment."""
    return AdjustmentOut.model_validate({**row, "amount": row["amount_fen"]})
