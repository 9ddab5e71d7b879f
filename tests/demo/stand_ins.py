"""Stands in for the services of appeals, revisions and annual assessments, which the data files already call for."""

import pytest

from app.demo import decisions
from app.demo.facts import Books
from app.features.assessments import findings


def stand_in(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Carry out what an appeal withdraws, only note everything else, and give the list of what was called for."""
    called: list[object] = []

    def decide_appeal(books: Books, decision: decisions.AppealDecision) -> None:
        called.append(decision)
        for key in decision.withdraw:
            who = books.session, books.caller, books.contract
            findings.withdraw(*who, books.findings[key], decision.decided_on, decision.reason)

    monkeypatch.setattr(decisions, "decide_appeal", decide_appeal)
    for name in ("revise", "hold_annual_assessment"):
        monkeypatch.setattr(decisions, name, lambda _books, decided: called.append(decided))
    return called
