"""The ids, instants and columns that recorded rows share."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Recorded:
    """What a revision adds: columns to the rows that the revision before has, row by row, and rows of its own."""

    columns: dict[str, list[Row]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)


def id_(number: int) -> uuid.UUID:
    """Give an id that is the same in every run."""
    return uuid.UUID(f"01980000-0000-7000-8000-{number:012d}")


NOW = datetime(2023, 3, 26, 1, 2, 3, 456789, tzinfo=UTC)
LATER = datetime(2023, 6, 25, 15, 59, 59, tzinfo=UTC)
CENTER, SITE, VENDOR, ISSUE, CONTRACT, BARE_CONTRACT, TERMS, MONTH, BARE_MONTH, PERSON = map(id_, range(1, 11))
ODD = "第一条\n“离岗” 'O''Brien' \\ \u2028 𠮷 é"
OWNER = {"service_center_id": CENTER, "contract_id": CONTRACT}
STAMPS = {"created_at": NOW, "updated_at": LATER}
SCORE = {"score_kind": "exact", "score_hundredths": 8999, "score_exact": "17999/200"}
JUDGED = {**SCORE, "terms_version_id": TERMS, "verdict": "below", "grade": "不合格"}
