"""What comes after a notice is on record as the data files state it."""

from sqlalchemy import select
from sqlmodel import col

from app.database import Database
from app.models import AnnualAssessment, Appeal, AssessmentRevision


def test_appeals_revisions_and_the_year_are_on_record(demo: Database) -> None:
    """示例市 2024: a mistyped notice, an appeal upheld in part, one rejected, the year held late."""
    with demo.read() as session:
        appeals = session.execute(
            select(col(Appeal.outcome), col(Appeal.decided_on), col(Appeal.revision)).order_by(col(Appeal.decided_on))
        ).all()
        revised = session.execute(
            select(col(AssessmentRevision.number), col(AssessmentRevision.notified_on), col(AssessmentRevision.reason))
            .where(col(AssessmentRevision.number) > 0)
            .order_by(col(AssessmentRevision.revised_on))
        ).all()
        years = session.execute(
            select(col(AnnualAssessment.year), col(AnnualAssessment.held_on), col(AnnualAssessment.score_hundredths))
        ).all()
    assert [(outcome.value, str(day), number) for outcome, day, number in appeals] == [
        ("upheld_in_part", "2024-06-21", 1),
        ("rejected", appeals[1][1].isoformat(), None),
    ]
    assert [number for number, *_ in revised] == [1, 1, 1]
    assert (str(revised[0][1]), "录入有误" in revised[0][2]) == ("2024-05-13", True)
    assert [(year, str(held), score) for year, held, score in years] == [(2024, "2025-02-20", 8952)]
