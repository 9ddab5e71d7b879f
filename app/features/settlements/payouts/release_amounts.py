"""What a release returns of the holdback, once the event that it follows has happened."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from app.features.settlements.payouts.dues import Due
from app.features.settlements.payouts.facts import PayoutFacts
from app.models.words import MoneyStatus, PayoutKind
from app.rules.clauses import Fund, Holdback, Release
from app.rules.holdbacks import released
from app.rules.lines import Line
from app.rules.missing import need
from app.rules.money import rounded
from app.rules.workings import Label, Working

ACCEPTANCE = "acceptance"
"""The one event that the record does not hold: its day and its paper are stated when the release is drafted."""


def returned(facts: PayoutFacts, due: Due, event_on: date | None, today: date) -> Line:
    """Reckon what a release returns: its share, with those taken before it, of all that was ever held back.

    `event_on` is the day of its event where that is on record with it. Raises MissingAnswerError while its event has
    not happened, or nothing was held back.
    """
    if due.release is None or not isinstance(due.clause, Holdback):
        raise TypeError(f"{due.subject} is no release")
    event_day(facts, due.release, event_on, today)
    total = facts.kept_back(Fund.HOLDBACK)
    if total <= 0:
        zh, en = "尚未预留任何金额，无可返还", "anything held back that could be returned"
        raise need("held_back", "/holdbacks", zh, en)
    taken = _taken(facts)
    before = [release for release in due.clause.releases if release.code in taken and release != due.release]
    # Events come in any order: the shares count in the order in which the releases were taken.
    clause = replace(due.clause, releases=(*before, due.release))
    already = sum(taken[release.code] for release in before)
    line = released(clause, due.pointer, due.release.code, total, already, facts.funds_address)
    return line if line.fen >= 0 else _nothing(line)


def _nothing(line: Line) -> Line:
    """Return nothing where more was returned before than the shares come to, once adjustments had lowered the total."""
    working = Working(line.clause)
    less = working.absorb(line.steps)
    working.greatest(Label("本次返还", "returned now"), less, working.fen(Label("零元", "nothing"), 0))
    return replace(line, fen=0, steps=working.steps)


def promised(facts: PayoutFacts, due: Due) -> int:
    """Give what releases that were not taken yet still return of a payout's year, in fen."""
    if due.source is not Fund.HOLDBACK:
        return 0
    clauses = (clause for clause in due.version.terms.money.clauses if isinstance(clause, Holdback))
    open_releases = [release for clause in clauses for release in clause.releases if release.code not in _taken(facts)]
    shares = sum((Fraction(release.share) for release in open_releases), start=Fraction(0))
    return rounded(shares * facts.kept_of(due.source, due.months))


def _taken(facts: PayoutFacts) -> dict[str, int]:
    """Give what each approved release has returned, by its code."""
    return {
        row["subject"].partition("/")[2]: row["amount_fen"]
        for row in facts.rows.values()
        if row["kind"] is PayoutKind.RELEASE and row["status"] is MoneyStatus.APPROVED
    }


def event_day(facts: PayoutFacts, release: Release, stated: date | None, today: date) -> date:
    """Give the day of the event that a release follows: of an acceptance the stated one, else the one on record.

    Raises MissingAnswerError where it has not happened.
    """
    if release.after == ACCEPTANCE:
        if stated is None:
            zh, en = "验收日期及文件", "the acceptance, with its day and its paper"
            raise need(ACCEPTANCE, f"/releases/{release.code}", zh, en)
        return stated
    if release.after == "annual_assessment":
        held: list[date] = [row["held_on"] for row in facts.years.values() if row["held_on"] <= today]
        if not held:
            raise need("annual_assessment", "/annual-assessments", "年度考核尚未开展", "an annual assessment")
        return max(held)
    if facts.last_day >= today:
        zh, en = f"合同尚未结束（{facts.last_day}）", f"the end of the contract, {facts.last_day}, to be past"
        raise need("contract_end", "/contract/ends_on", zh, en)
    return facts.last_day
