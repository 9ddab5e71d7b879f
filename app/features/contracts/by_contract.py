"""Takes a night's rows one contract at a time, so that broken data of one stops nobody else."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from sqlalchemy import RowMapping

from app.features.alerts.state import AlertState, Broken, Evaluation


def evaluate_each(
    rows: Sequence[RowMapping], decide: Callable[[uuid.UUID, list[RowMapping]], Iterable[AlertState]]
) -> Evaluation:
    """Let `decide` see the rows of each contract in turn; rows come ordered by contract."""
    evaluation = Evaluation(rows_read=len(rows))
    for contract_id, group in groupby(rows, key=lambda row: row["contract_id"]):
        try:
            evaluation.states.extend(decide(contract_id, list(group)))
        except Exception as error:  # noqa: BLE001 whatever is broken in one contract's data is reported, not raised
            evaluation.broken.append(Broken(contract_id, f"{type(error).__name__}: {error}"[:500]))
    return evaluation
