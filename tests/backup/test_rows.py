"""Odd texts and values come back as they went in, and as the same bytes from either database."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from app.backup.rows import stored_tables
from app.database import Database
from tests.proof import sized

# What a database cannot hold as text is refused at the doors: NUL, and halves of surrogate pairs.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
INSTANTS = st.builds(
    lambda day, time, hours: datetime.combine(day, time, timezone(timedelta(hours=hours))),
    st.dates(date(2, 1, 1), date(9999, 12, 30)),
    st.times(),
    st.sampled_from([0, 8]),
)
RUNS = st.fixed_dictionaries(
    {
        "id": st.uuids(),
        "job": TEXTS,
        "business_date": st.dates(),
        "asked_by": st.sampled_from(["clock", "demo"]),
        "status": st.sampled_from(["succeeded", "failed"]),
        **dict.fromkeys(
            ("attempts", "rows_read", "rows_written", "rows_skipped", "rows_failed", "statements"),
            st.integers(-(2**31), 2**31 - 1),
        ),
        "failures": TEXTS,
        "error": TEXTS | st.none(),
        **dict.fromkeys(("gathered", "overlooked"), st.integers(0, 2**31 - 1) | st.none()),
        "program": TEXTS | st.none(),
        "first_succeeded_at": INSTANTS | st.none(),
        "started_at": INSTANTS,
        "finished_at": INSTANTS,
    }
)


def _exact(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date() | uuid.UUID():
            return str(value)
        case _:
            return value


def _unique(run: dict[str, Any]) -> tuple[object, object]:
    return run["job"], run["business_date"]


# Each example has its own transaction, undone at its end, so the database need not be a new one.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=sized(60, 20))
@given(runs=st.lists(RUNS, max_size=4, unique_by=(lambda run: run["id"], _unique)))
def test_odd_values_come_back(database: Database, runs: list[dict[str, Any]]) -> None:
    """Out of the database, into JSON, back into the database and out again."""
    stored = stored_tables()["job_runs"]
    expected = [
        [stored.name, {name: _exact(value) for name, value in run.items()}]
        for run in sorted(runs, key=lambda run: run["id"].bytes)
    ]
    with database.read() as session:
        rows = runs
        for _ in range(2):
            session.connection().execute(delete(stored.clause))
            if rows:
                session.connection().execute(insert(stored.clause), rows)
            lines = list(stored.lines(session))
            assert [json.loads(line) for line in lines] == expected
            assert all(line.count(b"\n") == 1 for line in lines)
            rows = [stored.values(json.loads(line)[1]) for line in lines]


def test_text_keys_are_in_the_order_of_their_bytes(database: Database) -> None:
    """Whatever the locale of the host: the two databases would differ otherwise, and so would their hashes."""
    chains = ["B", "_", "a", "b", "Ä", "政", "\U00020bb7"]
    stored = stored_tables()["audit_heads"]
    with database.read() as session:
        rows = [{"chain": chain, "number": 1, "hash": None} for chain in reversed(chains)]
        session.connection().execute(insert(stored.clause), rows)
        assert [json.loads(line)[1]["chain"] for line in stored.lines(session)] == chains


@pytest.mark.parametrize(
    "row",
    [
        {"year": 2023, "source": "x"},
        {"year": 2023, "source": "x", "recorded_at": "no instant"},
        {"year": 2023, "source": "x", "recorded_at": 7},
        {"year": 2023, "source": "x", "recorded_at": None, "more": 1},
    ],
)
def test_a_row_that_is_not_one_is_refused(row: dict[str, Any]) -> None:
    """Its table is named."""
    with pytest.raises(ValueError, match=r"work_calendar_years|isoformat"):
        stored_tables()["work_calendar_years"].values(row)
