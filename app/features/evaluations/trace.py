"""The trace of an actual that is taken from the record: its source rows, how it is reckoned, what is lacking."""

import uuid
from typing import Annotated, Literal

from pydantic import Field

from app.features.evaluations.document import MeasureBinding
from app.values import Shape


class Said(Shape):
    """A text in Chinese and English."""

    zh: str
    en: str


class SourceRow(Shape):
    """A row of the record that the figure rests on, or that was looked at and left out."""

    kind: Literal["month", "notice", "metrics", "ledger_entry", "contract_year", "budget_line"]
    id: Annotated[uuid.UUID | None, Field(description="Of the row; null: it has none of its own.")] = None
    href: Annotated[str, Field(description="Where it can be read.")]
    period: str | None = None
    value: Annotated[str | None, Field(description="What it says; null: nothing that counts.")] = None
    counted: Annotated[bool, Field(description="False: looked at and left out.")] = True
    note: Said | None = None


class Lacking(Shape):
    """Why the figure is not known, and for which month."""

    code: str
    period: str | None = None
    text: Said


class ActualTrace(Shape):
    """An actual taken from the record; `value` is null where something is lacking, and is then not known."""

    place: Annotated[str, Field(description="The indicator, as a pointer into the document.")]
    binding: MeasureBinding
    first: str
    last: str
    value: Annotated[str | None, Field(description="As it goes into the table, to six places at most.")]
    exact: Annotated[str | None, Field(description="The same unrounded: a decimal where it ends, else p/q.")]
    method: Said
    sources: tuple[SourceRow, ...]
    lacking: tuple[Lacking, ...]
