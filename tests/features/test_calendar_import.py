"""Importing a notice: what is entered, what is refused, which due dates move, and what the alerts say then."""

from datetime import date
from itertools import product
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, update
from sqlmodel import col

from app.database import Database
from app.features.audit.actor import OPERATOR
from app.features.calendar.errors import NoticeDiffers
from app.features.calendar.file import read
from app.features.calendar.queries import work_calendar
from app.features.contracts.recalculation import import_notice
from app.features.contracts.register import rule_of
from app.features.contracts.terms_document import TermsDocument
from app.models import TermsVersion
from app.models.words import DueKind
from app.rules.deadlines import DueDateRule, Roll, Unit, due_date
from app.rules.working_days import WorkCalendar
from tests.lending import opened
from tests.nights import alerts, every_row, run_nights
from tests.notices import csv_file, forget, imported, invented_2027, line, made_in_january_2026, published, sparse
from tests.office import TERMS, Office
from tests.scenarios.facts import noon

FIVE_DAYS = {"after": "period_end", "unit": "working_days", "length": 5, "roll": "none"}


@pytest.fixture
def database(database: Database) -> Database:
    """Give a database that was made before the days of these tests."""
    made_in_january_2026(database)
    return database


def contract(office: Office, notice: dict[str, Any], number: str = "XA-2027", **changes: Any) -> str:
    """Take on a contract of autumn 2026 to spring 2027."""
    dates = {"starts_on": "2026-10-01", "ends_on": "2027-03-31", "recorded_from": "2026-10"}
    return office.contract(number, **{**dates, "terms": {**TERMS, "notice": notice}, **changes})


def due_on(office: Office, of: str) -> dict[str, tuple[str, bool]]:
    """Read the due dates in force by period, each with whether it is provisional."""
    return {row["subject"]: (row["due_on"], row["provisional"]) for row in office.supervisor.items(f"{of}/due-dates")}


def differences(database: Database, lines: list[str]) -> list[tuple[str, str]]:
    before = every_row(database)
    with pytest.raises(NoticeDiffers) as refused:
        imported(database, lines)
    assert every_row(database) == before
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


@time_machine.travel(noon(date(2026, 12, 1)), tick=False)
def test_a_notice_moves_what_was_provisional_and_leaves_the_earlier_date_readable(
    office: Office, database: Database
) -> None:
    """December's five working days begin after the invented New Year holiday; November's never touched 2027."""
    made = contract(office, FIVE_DAYS)
    assert due_on(office, made)["2026-11"] == ("2026-12-07", False)
    assert due_on(office, made)["2026-12"] == ("2027-01-07", True)
    done = imported(database, invented_2027())
    assert (done.entered, done.gaps, done.broken) == (True, (), ())
    assert due_on(office, made) == {
        "2026-10": ("2026-11-06", False),
        "2026-11": ("2026-12-07", False),
        "2026-12": ("2027-01-08", False),
        "2027-01": ("2027-02-12", False),
        "2027-02": ("2027-03-05", False),
        "2027-03": ("2027-04-08", False),
    }
    (old,) = (
        row
        for row in office.supervisor.items(f"{made}/due-dates", superseded="true")
        if row["subject"] == "2026-12" and row["superseded_on"]
    )
    assert (old["due_on"], old["provisional"]) == ("2027-01-07", True)
    assert (old["superseded_on"], old["superseded_because"]) == ("2026-12-01", "calendar_imported")
    assert old["steps"][-1].endswith("so 2027-01-07 is provisional.")


def test_the_same_notice_a_second_time_writes_nothing(office: Office, database: Database) -> None:
    contract(office, FIVE_DAYS)
    imported(database, invented_2027())
    before = every_row(database)
    again = imported(database, list(reversed(invented_2027())))
    assert (again.entered, again.recalculated) == (False, 0)
    assert every_row(database) == before


def test_a_last_december_is_moved_by_the_next_years_notice(office: Office, database: Database) -> None:
    """31 December 2026 was a Thursday like any other; the invented notice makes it a rest day."""
    until_31 = {"after": "period_end", "unit": "day_of_next_month", "length": 31, "roll": "next_working_day"}
    made = contract(office, until_31)
    assert due_on(office, made)["2026-11"] == ("2026-12-31", True)
    imported(database, invented_2027())
    assert due_on(office, made)["2026-11"] == ("2027-01-04", False)


def test_a_december_stays_provisional_until_the_notice_after_it(office: Office, database: Database) -> None:
    until_31 = {"after": "period_end", "unit": "day_of_next_month", "length": 31, "roll": "next_working_day"}
    made = contract(office, until_31, ends_on="2027-12-31")
    before = due_on(office, made)
    imported(database, invented_2027())
    assert due_on(office, made)["2027-11"] == before["2027-11"] == ("2027-12-31", True)


def test_what_is_met_or_has_no_working_days_stands(office: Office, database: Database) -> None:
    """A notified month keeps the date that it was measured by; calendar days rest on no notice."""
    made = contract(office, FIVE_DAYS)
    other = contract(office, TERMS["notice"], "XA-PLAIN")
    with time_machine.travel(noon(date(2027, 1, 7)), tick=False):
        office.assess(made, "2026-12", "95.00", "2027-01-04")
        office.finalize(made, "2026-12", "2027-01-05")
        office.notify(made, "2026-12", "2027-01-06")
        plain = due_on(office, other)
        imported(database, invented_2027())
    assert due_on(office, made)["2026-12"] == ("2027-01-07", True)
    assert due_on(office, other) == plain


@time_machine.travel(noon(date(2026, 12, 20)), tick=False)
def test_the_version_in_force_decides(office: Office, database: Database) -> None:
    """An amendment that happened to leave a provisional date where it was moves it with the notice all the same."""
    made = contract(office, FIVE_DAYS)
    seventh = {"after": "period_end", "unit": "day_of_next_month", "length": 7, "roll": "next_working_day"}
    terms = {name: TERMS[name] for name in TERMS if name != "reference"} | {"notice": seventh}
    body = {"effective_from": "2026-12-01", "agreed_on": "2026-12-10", "reference": {"document": "补充协议"}}
    assert office.supervisor.post(f"{made}/amendments", {**body, "terms": terms}).status_code == 201
    assert due_on(office, made)["2026-12"] == ("2027-01-07", True)
    imported(database, invented_2027())
    (entry,) = (row for row in office.supervisor.items(f"{made}/due-dates") if row["subject"] == "2026-12")
    assert (entry["due_on"], entry["terms_version"]) == ("2027-01-07", 2)


def test_a_contract_that_begins_later_owes_nothing_before_it_begins(office: Office, database: Database) -> None:
    made = contract(office, FIVE_DAYS, starts_on="2027-02-01", recorded_from="2027-02")
    with time_machine.travel(noon(date(2026, 12, 1)), tick=False):
        imported(database, invented_2027())
    assert {row["in_force_from"] for row in office.supervisor.items(f"{made}/due-dates")} == {"2027-02-01"}


def test_a_year_that_is_covered_is_never_changed(database: Database) -> None:
    """Each day on which the file and the calendar differ is named; nothing is written."""
    imported(database, invented_2027())
    other = [row for row in invented_2027() if not row.startswith(("2027-06-09", "2027-02-20"))]
    changed = [*other, line("2027-06-10", "端午节"), line("2027-02-20", "春节")]
    assert differences(database, changed) == [
        ("/days/2027-02-20", "day-differs"),
        ("/days/2027-06-10", "day-only-in-file"),
        ("/days/2027-06-09", "day-only-in-calendar"),
    ]


def test_a_day_that_a_neighbouring_notice_named_otherwise_is_refused(database: Database) -> None:
    """The notice of 2027 makes 8 January 2028 a working day, that of 2028 a rest day: one of the files is wrong."""
    imported(database, [*invented_2027(), line("2028-01-01"), line("2028-01-08", works="1")])
    rest = line("2028-01-08", source="（虚构）2028年节假日安排")
    assert differences(database, [*sparse(2028), rest]) == [("/days/2028-01-08", "day-differs")]
    assert imported(database, sparse(2028)).entered
    assert not imported(database, sparse(2028)).entered


def test_a_source_names_one_notice(database: Database) -> None:
    lines = [row.replace("（虚构）2027年节假日安排", "国务院办公厅关于部分节假日安排的通知") for row in invented_2027()]
    assert differences(database, lines) == [("/source", "source-taken")]


def test_years_without_a_notice_between_covered_ones_are_said(database: Database) -> None:
    assert imported(database, sparse(2030)).gaps == (2027, 2028, 2029)


# The dates are the rules', on either database: one year there is enough.
@pytest.mark.parametrize(
    ("dialect", "year"), [("sqlite", 2019), ("sqlite", 2024), ("postgresql", 2026)], indirect=["dialect"]
)
def test_an_imported_notice_ends_where_one_that_was_there_from_the_start_does(
    office: Office, database: Database, year: int
) -> None:
    """Every unit, roll and start: a year's real notice, taken out and imported, gives the dates of the whole table."""
    with database.read() as session:
        whole = work_calendar(session)
    lines = published(database, year)
    forget(database, year)
    terms = [_clause(*case) for case in product(Unit, Roll, (False, True), (3, 22))]
    dates = {"starts_on": f"{year - 1}-10-01", "ends_on": f"{year}-05-31", "recorded_from": f"{year - 1}-10"}
    made = [contract(office, clause, f"XA-{number}", **dates) for number, clause in enumerate(terms)]
    done = imported(database, lines)
    assert done.recalculated > done.moved > 50
    for clause, address in zip(terms, made, strict=True):
        _assert_as_by(office, address, clause, whole)


def _clause(unit: Unit, roll: Roll, counts: bool, length: int) -> dict[str, Any]:  # noqa: FBT001 a case's own column
    months = {3: 1, 22: 2}[length] if unit is Unit.MONTHS else length
    clause = {"after": "period_end", "unit": unit.value, "length": months, "roll": roll.value}
    return clause | {"counts_start_day": counts}


def _assert_as_by(office: Office, address: str, clause: dict[str, Any], calendar: WorkCalendar) -> None:
    rule = DueDateRule(
        "period_end", Unit(clause["unit"]), clause["length"], Roll(clause["roll"]), clause["counts_start_day"]
    )
    for row in office.supervisor.items(f"{address}/due-dates"):
        due = due_date(rule, date.fromisoformat(row["event_on"]), calendar)
        assert (row["due_on"], row["provisional"], row["steps"]) == (
            due.on.isoformat(),
            due.provisional,
            list(due.steps),
        )


def test_broken_terms_of_one_contract_stop_nobody_else_and_are_done_by_the_next_import(
    office: Office, database: Database
) -> None:
    """The notice is in, one contract's dates wait; once its terms are mended, the same file computes them anew."""
    broken, sound = contract(office, FIVE_DAYS, "XA-1"), contract(office, FIVE_DAYS, "XA-2")
    document = _damage(database, broken, "{broken")
    done = imported(database, invented_2027())
    assert [str(entry.contract_id) for entry in done.broken] == [broken.rsplit("/", 1)[1]]
    assert due_on(office, sound)["2026-12"] == ("2027-01-08", False)
    assert due_on(office, broken)["2026-12"] == ("2027-01-07", True)
    _damage(database, broken, document)
    again = imported(database, invented_2027())
    assert (again.entered, again.broken) == (False, ())
    assert due_on(office, broken) == due_on(office, sound)


def _damage(database: Database, address: str, document: str) -> str:
    """Put another document in a contract's version, and give the one that stood there."""
    of = col(TermsVersion.contract_id) == UUID(address.rsplit("/", 1)[1])
    with database.write() as session:
        before: str = session.execute(select(col(TermsVersion.document)).where(of)).scalar_one()
        session.execute(update(TermsVersion).where(of).values(document=document))
    return before


def test_a_notice_recorded_during_the_import_meets_the_date_that_the_import_enters(
    office: Office, database: Database
) -> None:
    """Whoever records it waits for the import, and neither the moved date nor what met it is lost."""
    made = contract(office, FIVE_DAYS)
    with time_machine.travel(noon(date(2027, 1, 6)), tick=False):
        office.assess(made, "2026-12", "95.00", "2027-01-04")
        office.finalize(made, "2026-12", "2027-01-05")
        notifying = Thread(target=office.notify, args=(made, "2026-12", "2027-01-06"))
        with database.write() as session:
            import_notice(session, OPERATOR, read(csv_file(invented_2027())))
            notifying.start()
            notifying.join(timeout=0.5)
            assert notifying.is_alive()
        notifying.join()
    (entry,) = (row for row in office.supervisor.items(f"{made}/due-dates") if row["subject"] == "2026-12")
    assert (entry["due_on"], entry["met_on"]) == ("2027-01-08", "2027-01-06")


def test_alerts_of_a_date_that_moves_are_right_before_and_after(office: Office, database: Database) -> None:
    """Overdue on 8 January by the provisional date; from the import on a day later, and the past stays what it was."""
    with time_machine.travel(noon(date(2026, 12, 20)), tick=False):
        contract(office, FIVE_DAYS, ends_on="2026-12-31", recorded_from="2026-12")
    with time_machine.travel(noon(date(2027, 1, 12)), tick=False):
        run_nights(database, "2027-01-12")
        then = _late(office)
        assert (then["since"], then["facts"]["due_on"], then["facts"]["provisional"]) == (
            "2027-01-08",
            "2027-01-07",
            True,
        )
    with time_machine.travel(noon(date(2027, 1, 15)), tick=False):
        imported(database, invented_2027())
        run_nights(database, "2027-01-15")
        now = _late(office)
        assert (now["id"], now["status"]) == (then["id"], "open")
        assert (now["since"], now["facts"]["due_on"], now["facts"]["provisional"]) == (
            "2027-01-09",
            "2027-01-08",
            False,
        )
        past = _late(office, as_of="2027-01-12")
        assert {name: past[name] for name in ("since", "until", "facts", "text")} == {
            name: then[name] for name in ("since", "until", "facts", "text")
        }
        assert _late(office, as_of="2027-01-15")["facts"] == now["facts"]


def test_an_alert_whose_date_is_moved_past_the_import_ends_with_it(office: Office, database: Database) -> None:
    """Due on 5 February by the provisional count, due after the Spring Festival by the notice that comes on the 8th."""
    with time_machine.travel(noon(date(2027, 1, 20)), tick=False):
        contract(office, FIVE_DAYS, starts_on="2027-01-01", ends_on="2027-01-31", recorded_from="2027-01")
    with time_machine.travel(noon(date(2027, 2, 8)), tick=False):
        run_nights(database, "2027-02-08")
        assert (_late(office)["since"], _late(office)["status"]) == ("2027-02-06", "open")
        imported(database, invented_2027())
        run_nights(database, "2027-02-08")
        ended = _late(office)
        assert (ended["status"], ended["until"]) == ("resolved", "2027-02-08")
        assert ended["facts"]["superseded_because"] == "calendar_imported"
        assert _late(office, as_of="2027-02-07")["status"] == "open"


def _late(office: Office, **query: str) -> dict[str, Any]:
    (found,) = office.supervisor.items("/v1/alerts", kind="late_notice", **query)
    return found


def test_working_days_late_are_counted_anew_by_the_notice(office: Office, database: Database) -> None:
    """A firm date, a notice served in January: its working days late were provisional until the calendar came."""
    with time_machine.travel(noon(date(2026, 12, 20)), tick=False):
        made = contract(office, FIVE_DAYS, ends_on="2026-11-30", starts_on="2026-11-01", recorded_from="2026-11")
    with time_machine.travel(noon(date(2027, 1, 5)), tick=False):
        office.assess(made, "2026-11", "95.00", "2027-01-04")
        office.finalize(made, "2026-11", "2027-01-04")
        office.notify(made, "2026-11", "2027-01-05")
        run_nights(database, "2027-01-05")
        (before,) = alerts_of(database, "late_notice")
    with time_machine.travel(noon(date(2027, 1, 15)), tick=False):
        imported(database, invented_2027())
        run_nights(database, "2027-01-15")
        (after,) = alerts_of(database, "late_notice")
    # The 8th to the 5th: 21 weekdays; the invented notice takes the 31st and New Year out and a Sunday in.
    assert (before["facts"]["working_days_late"], before["facts"]["provisional"]) == (21, True)
    assert (after["facts"]["working_days_late"], after["facts"]["provisional"]) == (20, False)


def alerts_of(database: Database, kind: str) -> list[dict[str, Any]]:
    return [alert for alert in alerts(database) if alert["kind"] == kind]


def test_the_rule_of_a_notice_is_its_clause() -> None:
    terms = TermsDocument(**{name: TERMS[name] for name in TERMS if name != "reference"}).rules()
    assert rule_of(DueKind.NOTICE, terms, "2023-01") is terms.notice


def test_a_notice_counts_with_the_next_reading_whoever_imports_it(database: Database) -> None:
    """The calendar that a process remembers is left as soon as another process has imported a notice."""
    with database.read() as session:
        before = work_calendar(session)
        assert work_calendar(session) is before
    with opened(database.url) as other, other.write() as session:
        import_notice(session, OPERATOR, read(csv_file(invented_2027())))
    with database.read() as session:
        after = work_calendar(session)
        assert after == work_calendar(session)
        assert after.is_covered(date(2027, 1, 1)) > before.is_covered(date(2027, 1, 1))
