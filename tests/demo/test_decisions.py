"""What comes after a notice is read from the data files on the day on which it was decided."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from app.database import Database
from app.demo import decisions, loader, principals
from app.demo.decisions import AnnualAssessment, AppealDecision, NothingCarriesThisOut, Notice, Revision
from app.features.assessments.results import Result
from app.models.words import AppealOutcome
from app.rules.consecutive import MonthState
from app.rules.periods import Period
from app.rules.scores import Score, ScoreKind

REVISE = decisions.revise
"""The function itself, which every other test here has something stand in for."""


@pytest.mark.usefixtures("demo")
def test_decisions_are_called_for_in_the_order_of_their_days(called_for: list[object]) -> None:
    revision, upheld, rejected, held = called_for
    assert revision == Revision(
        period=Period(2024, 4),
        revised_on=date(2024, 5, 20),
        reason="通报日期录入有误，以文书所载2024年5月13日为准。",
        result=None,
        notice=Notice(notified_on=date(2024, 5, 13), document_no="示例政务考核〔2024〕4号"),
        withdraw=(),
    )
    assert isinstance(upheld, AppealDecision)
    assert (upheld.period, upheld.outcome) == (Period(2024, 5), AppealOutcome.UPHELD_IN_PART)
    assert (upheld.decided_on, upheld.withdraw) == (date(2024, 6, 21), ("late-in-may",))
    points = {"service": "37.00", "discipline": "28.50", "efficiency": "18.00", "training": "9.00", "praise": "0.50"}
    exact = {code: Decimal(value) for code, value in points.items()}
    assert upheld.result == Result(MonthState.ASSESSED, criteria=exact)
    assert isinstance(rejected, AppealDecision)
    assert (rejected.period, rejected.outcome, rejected.result) == (Period(2024, 9), AppealOutcome.REJECTED, None)
    assert held == AnnualAssessment(
        year=2024,
        held_on=date(2025, 2, 20),
        score=Score(ScoreKind.EXACT, Fraction("89.52")),
        review=None,
        notice=Notice(notified_on=date(2025, 2, 24), document_no="示例政务考核〔2025〕2号"),
    )


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_decision_that_no_service_records_is_refused_with_the_whole_file(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left out silently, and the file's transaction leaves nothing behind."""
    monkeypatch.setattr(decisions, "revise", REVISE)
    data = loader.read(loader.FILES[-1])
    with pytest.raises(NothingCarriesThisOut, match="2024-04"), database.write() as session:
        loader.load(session, principals.operator(session), data)
    with database.read() as session:
        assert not loader.is_loaded(session, data)
