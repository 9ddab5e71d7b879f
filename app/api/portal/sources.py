"""Where what an explanation rests on can be read at this door, and its steps as a vendor reads them."""

import re
import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import RowMapping

from app.api.steps import StepOut, steps_out
from app.values import Out

_CONTRACT = re.compile(r"/v1/contracts/(?P<id>[0-9a-f-]{36})(?P<rest>/[^?]*)?(?P<query>\?.*)?")
_PORTAL = "/v1/portal"
_ROOMS = {
    "": "contracts/{contract}",
    "fees": "contracts/{contract}",
    "terms": "contracts/{contract}/terms{query}",
    "holdbacks": "contracts/{contract}/statement",
    "assessments": "assessments?contract_id={contract}",
    "findings": "findings?contract_id={contract}{more}",
    "settlements": "settlements?contract_id={contract}",
    "opening-balance": "settlements?contract_id={contract}&payment_period=opening",
}
"""Where a vendor reads what lies below a contract at the center's door."""
_NAMED = {
    "assessments": "assessments?contract_id={contract}&period={name}",
    "payouts": "payouts/{name}",
}
"""The same of what is named there."""


class PortalClause(Out):
    """The clause that an amount carries out: where in which version of the terms, by which paper."""

    pointer: Annotated[str, Field(description="A JSON pointer into the terms.", examples=["/money/0"])]
    terms_version: int
    reference: Annotated[dict[str, Any], Field(description="The paper that states it, and its clause.")]
    href: Annotated[str, Field(description="Where that version of the terms can be read.")]


class PortalStep(StepOut):
    """One step: `value` is what `operation` makes of the values of the steps that `operands` number.

    A `given` value can be read at its `source`; without one the clause itself states it, or it is kept by the service
    center and the value given here is what it comes to. `round` rounds to `places`, a half away from zero; `part` is,
    of [sum, parts, number], round(sum × number ÷ parts) − round(sum × (number − 1) ÷ parts), each to two places;
    `band` is the `value` of the one of `bands` that holds the operand.
    """


def portal_steps(steps: Sequence[dict[str, Any]]) -> list[PortalStep]:
    """Give written steps with their sentences, each source as an address of this door."""
    found = steps_out(steps)
    return [PortalStep.model_construct(**dict(step) | {"source": at_this_door(step.source)}) for step in found]


def clause_of_line(contract_id: uuid.UUID, row: RowMapping) -> PortalClause | None:
    """Name the clause of a line; an adjustment carries out several, which its steps name, and a balance none."""
    if row["clause"] is None or row["terms_version"] is None:
        return None
    return portal_clause(contract_id, row)


def portal_clause(contract_id: uuid.UUID, row: RowMapping) -> PortalClause:
    """Name the clause of an amount with the version of the terms that states it."""
    return PortalClause.model_construct(
        pointer=row["clause"],
        terms_version=row["terms_version"],
        reference=row["reference"],
        href=f"{_PORTAL}/contracts/{contract_id}/terms?version={row['terms_version']}",
    )


def at_this_door(source: str | None) -> str | None:
    """Turn an address of the center's door into the one of this door; None where a vendor does not read it."""
    found = _CONTRACT.fullmatch(source or "")
    if found is None:
        return None
    query = found["query"] or ""
    room, _, name = (found["rest"] or "").lstrip("/").partition("/")
    place = (_NAMED if name else _ROOMS).get(room)
    if place is None:
        return None
    return f"{_PORTAL}/" + place.format(contract=found["id"], name=name, query=query, more=query.replace("?", "&"))
