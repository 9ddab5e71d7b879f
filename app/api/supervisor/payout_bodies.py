"""What payouts look like on the wire: how each stands, how its text may be read, how its amount follows."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import RowMapping

from app.api.steps import Clause, MissingOut, StepOut, Text, missing_out, steps_out
from app.features.settlements.payouts.standings import PayoutStatus, Standing, forfeiture, written
from app.models.words import ObjectionState, PayoutKind, Rest
from app.rules.clauses import Fund, ProratedPayout
from app.rules.payouts import ReadingFigure, said
from app.rules.workings import Label
from app.values import Day, Fen, Out

FORMULA_INPUTS = "The sums that it reckons with, in yuan, by the names that the clause gives them."


class ReadingOut(Out):
    """One way to read the text, with one candidate for the sum that it leaves out."""

    id: str
    reading: Annotated[str, Field(description="The formula's code.")]
    text: Text
    inputs: Annotated[dict[str, str], Field(description=FORMULA_INPUTS)]
    amount: Fen | None
    exceeds_held: Annotated[bool, Field(description="Whether it is more than the fund holds now.")]
    missing: list[MissingOut]


class ReadingStepsOut(ReadingOut):
    """A reading with the steps to its figure: `open` while none is chosen."""

    standing: Literal["open", "chosen", "rejected"]
    steps: list[StepOut]


class ChoiceOut(Out):
    """The choice of a reading that stands: what was agreed when, by which paper, and who recorded it."""

    number: Annotated[int, Field(description="1 for the first one that was recorded.")]
    reading: str
    inputs: Annotated[dict[str, str], Field(description=FORMULA_INPUTS)]
    rest: Rest
    agreed_on: Day
    document: str
    note: str | None
    recorded_by: str
    recorded_at: datetime


class EventOut(Out):
    """What a release follows, with its day and paper once they are known."""

    after: str
    on: Day | None
    document: str | None


class PaidByOut(Clause):
    """The clause that gives the payout, in its version of the terms."""

    kind: str


class PayoutObjected(Out):
    """The vendor's objection to a payout; it holds up no payment."""

    id: uuid.UUID
    state: ObjectionState
    filed_on: Day


class PayoutOut(Out):
    """绩效考核金, or a release of the holdback: what the terms give, whether or not anything is on record of it."""

    id: uuid.UUID
    contract_id: uuid.UUID
    subject: str
    kind: PayoutKind
    year: int | None
    source: Annotated[Fund, Field(description="The fund that it is paid from.")]
    status: PayoutStatus
    clause: PaidByOut
    amount: Annotated[Fen | None, Field(description="Null while it is incomplete or ambiguous.")]
    forfeited: Annotated[Fen, Field(description="What of the fund is lost by it.")]
    paid: Fen
    held: Annotated[Fen, Field(description="What the fund holds now.")]
    missing: list[MissingOut]
    readings: Annotated[list[ReadingOut], Field(description="How the text may be read, with each candidate.")]
    spread: Annotated[Fen | None, Field(description="How far the readings' figures lie apart.")]
    notes: list[Text]
    choice: ChoiceOut | None
    event: EventOut | None
    drafted_by: str | None
    drafted_on: Day | None
    approved_by: str | None
    approved_on: Day | None
    objection: PayoutObjected | None
    version: Annotated[int, Field(description="0 while nothing is on record.")]
    created_at: datetime | None
    updated_at: datetime | None


class PayoutsOut(Out):
    """Every payout of a contract: those of years, earliest first, then the releases."""

    items: list[PayoutOut]


class PayoutExplanationOut(Out):
    """How a payout's amount follows, so that anybody can reckon it again: the last step is the amount."""

    payout_id: uuid.UUID
    contract_id: uuid.UUID
    subject: str
    status: PayoutStatus
    clause: PaidByOut
    amount: Fen | None
    steps: list[StepOut]
    forfeited: Fen
    forfeited_steps: list[StepOut]
    choice: ChoiceOut | None
    event: EventOut | None
    missing: list[MissingOut]
    readings: Annotated[list[ReadingStepsOut], Field(description="The chosen one, and those that it leaves behind.")]
    spread: Fen | None
    notes: list[Text]


_FROM_ROW = ("drafted_by", "drafted_on", "approved_by", "approved_on", "created_at", "updated_at")


def _objected(row: RowMapping | None) -> PayoutObjected | None:
    return PayoutObjected(**{name: row[name] for name in PayoutObjected.model_fields}) if row else None


def payout_of(contract_id: uuid.UUID, standing: Standing, objections: Mapping[uuid.UUID, RowMapping]) -> PayoutOut:
    """Show how a payout stands."""
    due, row = standing.due, standing.row
    from_row: dict[str, Any] = {name: row[name] if row else None for name in _FROM_ROW}
    return PayoutOut.model_construct(
        **_common(contract_id, standing),
        id=due.id,
        objection=_objected(objections.get(due.id)),
        kind=due.kind,
        year=due.year,
        source=due.source,
        paid=row["paid_fen"] if row else 0,
        held=standing.held,
        readings=[ReadingOut.model_construct(**_reading(standing, figure)) for figure in standing.readings],
        version=standing.version,
        **from_row,
    )


def explanation_of(contract_id: uuid.UUID, standing: Standing) -> PayoutExplanationOut:
    """Show how a payout's amount follows."""
    return PayoutExplanationOut.model_construct(
        **_common(contract_id, standing),
        payout_id=standing.due.id,
        steps=steps_out(standing.decided.steps),
        forfeited_steps=steps_out(forfeiture(standing)),
        readings=[_with_steps(standing, figure) for figure in standing.readings],
    )


def _common(contract_id: uuid.UUID, standing: Standing) -> dict[str, Any]:
    """Give the members that a payout and its explanation share."""
    due, decided = standing.due, standing.decided
    return {
        "contract_id": contract_id,
        "subject": due.subject,
        "status": standing.status,
        "clause": PaidByOut.model_construct(
            kind="holdback" if due.kind is PayoutKind.RELEASE else due.kind.value,
            pointer=due.pointer,
            terms_version=due.version.number,
            reference=dict(due.version.reference),
            href=due.href,
        ),
        "amount": decided.fen,
        "forfeited": decided.forfeited,
        "choice": _choice(standing.choice),
        "event": _event(standing),
        "missing": [missing_out(what) for what in decided.missing],
        "spread": standing.spread,
        "notes": [_text(note) for note in standing.notes],
    }


def _choice(choice: Mapping[str, Any] | None) -> ChoiceOut | None:
    if choice is None:
        return None
    return ChoiceOut.model_construct(**{name: choice[name] for name in ChoiceOut.model_fields})


def _event(standing: Standing) -> EventOut | None:
    release, row = standing.due.release, standing.row
    if release is None:
        return None
    on, document = (row["event_on"], row["document"]) if row else (None, None)
    return EventOut.model_construct(after=release.after, on=on, document=document)


def _reading(standing: Standing, figure: ReadingFigure) -> dict[str, Any]:
    clause, fen = standing.due.clause, figure.line.fen if figure.line else None
    return {
        "id": figure.id,
        "reading": figure.reading.code,
        "text": _text(said(clause, figure.reading)) if isinstance(clause, ProratedPayout) else None,
        "inputs": dict(figure.inputs),
        "amount": fen,
        "exceeds_held": fen is not None and fen > standing.held,
        "missing": [missing_out(what) for what in figure.missing],
    }


def _with_steps(standing: Standing, figure: ReadingFigure) -> ReadingStepsOut:
    chosen: Literal["chosen", "rejected"] = "chosen" if standing.is_chosen(figure) else "rejected"
    return ReadingStepsOut.model_construct(
        **_reading(standing, figure),
        standing=chosen if standing.choice else "open",
        steps=steps_out(written(figure.line.steps)) if figure.line else [],
    )


def _text(label: Label) -> Text:
    return Text.model_construct(zh=label.zh, en=label.en)
