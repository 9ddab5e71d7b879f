"""A year of facts by chance: the services, scores, findings, figures and decisions that clauses meet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from random import Random

from app.features.contracts.terms_document import TermsDocument
from app.rules.clauses import MoneyTerms
from app.rules.consecutive import MonthState
from app.rules.fees import ServiceFees
from app.rules.lines import Decided, FindingsOfType, MonthFacts
from app.rules.periods import Period, periods_between, served_days
from app.rules.scores import Score, ScoreKind
from tests.rules.random_clauses import SITES, TYPES, Written, sometimes
from tests.rules.settled_contracts import SOURCES


def money_of(written: Written) -> MoneyTerms:
    """Read a document's money."""
    return TermsDocument.model_validate(written).rules().money


def service(chance: Random) -> ServiceFees:
    """Make a service of a year, which may begin or end within a month, and early; some from the first year of all."""
    starts_on, ends_on = chance.choice(
        (
            (date(2024, 1, 1), date(2024, 12, 31)),
            (date(2024, 1, 1), date(2024, 12, 31)),
            (date(2024, 1, 4), date(2024, 12, 20)),
            (date(2023, 11, 1), date(2024, 10, 31)),
            (date(2000, 1, 1), date(2000, 12, 31)),
        )
    )
    closed_on = sometimes(chance, chance.choice((date(ends_on.year, 8, 31), date(ends_on.year, 5, 10))), 0.2)
    money = {
        year: chance.choice((1_200_000_00, 1_126_514_070, 100_001_01, 100)) for year in (starts_on.year, ends_on.year)
    }
    held = sometimes(chance, 1234_56, 0.5)
    return ServiceFees(starts_on, ends_on, money, closed_on, held)


def _score(chance: Random) -> Score:
    value = Fraction(chance.choice(("0", "60", "79.99", "80", "85.5", "89.995", "90", "97.31", "100", "104")))
    kind = chance.choices(tuple(ScoreKind), weights=(50, 3, 3, 1))[0]
    return Score(kind, None if kind is ScoreKind.UNKNOWN else value)


def _finding(chance: Random, period: Period) -> FindingsOfType:
    first = chance.randint(1, 20)
    on = sometimes(chance, date(period.year, period.month, first), 0.7)
    days = chance.randint(1, 8)
    lasted = on is not None and chance.random() < 0.5
    return FindingsOfType(
        chance.choice((*TYPES, "praise")),
        chance.choice((0, 1, 1, 2, 3, 12)),
        at_least=chance.random() < 0.02,
        on=on,
        until=date(period.year, period.month, first + days - 1) if lasted else None,
        level=sometimes(chance, chance.choice(("minor", "major"))),
        unrectified=chance.random() < 0.2,
        working_days=chance.choice((days, days * 5 // 7)) if lasted else None,
    )


def month(chance: Random, agreed: ServiceFees, period: Period, money: MoneyTerms) -> MonthFacts:
    """Make a month of a service under its terms, with what may be known of it and what may not."""
    served = served_days(period, agreed.starts_on, agreed.closed_on or agreed.ends_on)
    assert served is not None
    final = chance.random() < 0.99
    states = (MonthState.ASSESSED, MonthState.EXCUSED, MonthState.NOT_ASSESSED)
    state = chance.choices(states, weights=(20, 1, 1))[0] if final else None
    figures: dict[tuple[str, str | None], Fraction] = {
        ("satisfaction", None): Fraction(chance.choice(("0", "50", "61.5", "90", "95", "100", "120"))),
        ("billed", None): Fraction(chance.choice(("0", "2999", "3000", "3001", "9000"))),
        ("cases", None): Fraction(chance.choice(("0", "12345", "0.000001"))),
        **{("hall_score", site): Fraction(chance.choice(("79.99", "85", "90", "100"))) for site in SITES},
    }
    return MonthFacts(
        period,
        *served,
        money,
        SOURCES,
        final=final,
        state=state,
        score=_score(chance) if state is MonthState.ASSESSED else None,
        full_mark=Fraction(120 if chance.random() < 0.01 else 100),
        findings=tuple(_finding(chance, period) for _ in range(chance.choice((0, 0, 1, 2, 5)))),
        metrics={key: value for key, value in figures.items() if chance.random() < 0.995},
        decisions={
            f"/money/{place}": Decided(Fraction(chance.choice(("0", "0.05", "1"))), "/decisions")
            for place in range(len(money.clauses))
            if chance.random() < 0.8
        },
    )


def year(chance: Random, agreed: ServiceFees, *documents: Written) -> list[MonthFacts]:
    """Make the months of a service on record; of several documents each later one amends those before."""
    first = agreed.first.plus(chance.choice((0, 0, 0, 0, 0, 2)))
    periods = periods_between(first, agreed.last_served)
    begins = [0, *sorted(chance.randrange(len(periods)) for _ in documents[1:])]
    terms = [money_of(written) for written in documents]
    return [
        month(chance, agreed, period, terms[max(number for number, start in enumerate(begins) if start <= place)])
        for place, period in enumerate(periods)
    ]


def recorded_otherwise(chance: Random, months: Sequence[MonthFacts]) -> list[MonthFacts]:
    """Give the same facts as they would be had they been recorded in another order, and findings counted apart."""
    made = []
    for known in months:
        findings = [part for finding in known.findings for part in _apart(chance, finding)]
        chance.shuffle(findings)
        metrics, decisions = list(known.metrics.items()), list(known.decisions.items())
        chance.shuffle(metrics)
        chance.shuffle(decisions)
        made.append(replace(known, findings=tuple(findings), metrics=dict(metrics), decisions=dict(decisions)))
    return made


def _apart(chance: Random, finding: FindingsOfType) -> list[FindingsOfType]:
    """Count the findings of a row in two rows."""
    if finding.count < 2 or chance.random() < 0.5:
        return [finding]
    first = chance.randint(1, finding.count - 1)
    return [replace(finding, count=first), replace(finding, count=finding.count - first)]
