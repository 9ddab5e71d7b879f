"""What the nights put on record about the invented year, written out; the reports without limits raise nothing."""

from datetime import date

from sqlalchemy import select
from sqlmodel import col

from app import nightly
from app.database import Database
from app.demo.run import LAST_NIGHT
from app.models import ServiceCenter
from tests.nights import alerts, run_nights

OPEN = "None"
SHILI = {
    # The three late ones of eleven notices; June was excused and owed none.
    ("late_notice", "2024-02"): ("2024-03-16", "2024-03-27"),
    ("late_notice", "2024-08"): ("2024-09-14", "2024-09-20"),
    ("late_notice", "2024-12"): ("2025-01-16", OPEN),
    # Held on 20 February instead of by 31 January.
    ("missing_annual_assessment", "2024"): ("2025-02-01", "2025-02-20"),
    # The third of its kind within the year, or, for those of two, the second; the year's end resolves them.
    ("repeat_offence", "leaving_post/2024"): ("2024-07-09", "2024-12-31"),
    ("repeat_offence", "incomplete_advice/2024"): ("2024-09-05", "2024-12-31"),
    ("repeat_offence", "attitude/2024"): ("2024-10-15", "2024-12-31"),
    ("repeat_offence", "queue/2024"): ("2024-11-20", "2024-12-31"),
    ("repeat_offence", "overtime/2024"): ("2024-11-27", "2024-12-31"),
    ("repeat_offence", "dress_code/2024"): ("2024-05-09", "2024-12-31"),
    ("repeat_offence", "phone_use/2024"): ("2024-08-21", "2024-12-31"),
    # The third fell away with the appeal.
    ("repeat_offence", "late_opening/2024"): ("2024-05-23", "2024-06-21"),
    ("below_pass_mark", "2024-03"): ("2024-04-08", OPEN),
    ("below_pass_mark", "2024-10"): ("2024-11-07", OPEN),
    ("below_pass_mark", "2024-11"): ("2024-12-06", OPEN),
    ("consecutive_fail", "2024-10/80.00x2/right_to_terminate"): ("2024-12-06", OPEN),
    ("consecutive_fail", "2024-03/90.00x3in12/warning"): ("2024-12-06", OPEN),
    ("payment_behind", "2024-Q3"): ("2024-10-31", "2024-11-15"),
    ("payment_behind", "2024-Q4"): ("2025-02-06", "None"),
}
EARLY = {"dress_code/2024", "phone_use/2024"}
LATE = {"2024-02": (12, 8), "2024-08": (7, 4)}


def test_the_invented_years_alerts_are_exactly_these(demo: Database) -> None:
    run_nights(demo, LAST_NIGHT.isoformat())
    of_year = [alert for alert in alerts(demo) if alert["number"] == "SL-2024"]
    found = {(alert["kind"], alert["subject"]): (str(alert["since"]), str(alert["until"])) for alert in of_year}
    kept = {job.kind for job in nightly.FLAGS.values()}
    assert found == {key: dates for key, dates in SHILI.items() if key[0] in kept}
    repeated = [alert for alert in of_year if alert["kind"] == "repeat_offence"]
    assert {alert["subject"] for alert in repeated if alert["facts"]["early"]} == EARLY
    assert {alert["subject"] for alert in of_year if alert["facts"].get("undone")} == {"late_opening/2024"}
    late = {alert["subject"]: alert["facts"] for alert in of_year if alert["kind"] == "late_notice" and alert["until"]}
    assert {period: (facts["days_late"], facts["working_days_late"]) for period, facts in late.items()} == LATE


def test_contracts_whose_reports_print_no_limits_raise_no_alert(demo: Database) -> None:
    run_nights(demo, LAST_NIGHT.isoformat())
    # Zhengzhou's two are about its budget, which is no contract's.
    assert {alert["number"] for alert in alerts(demo)} == {"XY-2022", "SL-2024", None}


def test_xinyangs_seven_and_zhengzhous_two_are_all_that_stood_at_the_end_of_2023(demo: Database) -> None:
    """As the front page says, over the whole demo."""
    with demo.read() as session:
        centers = tuple(session.execute(select(col(ServiceCenter.id))).scalars())
        states = nightly.past(session, date(2023, 12, 31), centers, None)
    kinds = [state.kind for state in states]
    assert {kind.value: kinds.count(kind) for kind in kinds} == {
        "late_notice": 3,
        "repeat_offence": 3,
        "below_pass_mark": 1,
        "budget_line_mismatch": 2,
    }
