"""Takes a night's rows one contract at a time, so that broken data of one stops nobody else."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable, RowMapping
from sqlmodel import Session

from app.features.alerts.state import AlertState, Broken, Evaluation

NightRow = dict[str, Any]
"""A row as a plain dict: a night looks at its values several times, and a RowMapping takes ten times as long."""

_Row = TypeVar("_Row", RowMapping, NightRow)


def night_rows(session: Session, statement: Executable) -> list[NightRow]:
    """Read what a statement finds, for a night; past the session's loading of entities, which takes as long again."""
    return rows_of(session.connection().execute(statement))


def rows_of(result: CursorResult[Any]) -> list[NightRow]:
    """Give what a statement found as a night reads it."""
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]


def evaluate_each(rows: Sequence[_Row], decide: Callable[[uuid.UUID, list[_Row]], Iterable[AlertState]]) -> Evaluation:
    """Let `decide` see the rows of each contract in turn; rows come ordered by contract."""
    evaluation = Evaluation(rows_read=len(rows))
    for contract_id, group in groupby(rows, key=itemgetter("contract_id")):
        try:
            evaluation.states.extend(decide(contract_id, list(group)))
        except Exception as error:  # noqa: BLE001 whatever is broken in one contract's data is reported, not raised
            evaluation.broken.append(Broken(contract_id, f"{type(error).__name__}: {error}"[:500]))
    return evaluation
