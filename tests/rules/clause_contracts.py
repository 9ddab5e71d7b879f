"""Makes the contracts of the tables about clauses: terms that a case changes, a service, and its months.

`tests/rules/cases/README.md` says how a file is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from app.features.contracts.terms_document import TermsDocument
from app.rules.consecutive import MonthState
from app.rules.fees import ServiceFees
from app.rules.lines import Decided, FindingsOfType, MonthFacts, Sources
from app.rules.money import parse_yuan
from app.rules.periods import Period, periods_between, served_days
from app.rules.scores import Score
from app.rules.terms import Terms
from tests.rules.settled_contracts import score_of as _bound
from tests.rules.tables import Case

SOURCES = Sources("/assessments", "/findings", "/fees", "/contract", "/metrics")
SERVICE: Case = {"from": date(2024, 1, 1), "to": date(2024, 12, 31), "years": {2024: "1200000.00"}}
"""Twelve months of 100,000.00 each, where a file says nothing else."""
FULL_SCORE: Case = {"score": "100"}


def terms_of(document: Case, case: Case) -> dict[str, Any]:
    """Give the terms of a file as a case changes them."""
    terms = cast("dict[str, Any]", plain(document.get("terms", {})))
    terms.setdefault("payment", {}).setdefault("schedule", "monthly")
    return changed(terms, case.get("change", {}))


def changed(terms: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give terms with changes by JSON pointer: null removes, anything else sets; `-` is the place after the last."""
    made = deepcopy(dict(terms))
    for pointer, value in changes.items():
        *path, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        place: Any = made
        for part in path:
            place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
        _put(place, last, plain(value))
    return made


def _put(place: Any, last: str, value: object) -> None:  # noqa: ANN401 a document holds anything
    if isinstance(place, list):
        number = len(place) if last == "-" else int(last)
        place[number : number + 1] = [] if value is None else [value]
    elif value is None:
        del place[last]
    else:
        place[last] = value


def plain(value: object) -> object:
    """Write a table's value as a document on the wire holds it: days are text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items()}
    return [plain(member) for member in value] if isinstance(value, list) else value


def service_of(document: Case, case: Case) -> tuple[ServiceFees, Period]:
    """Read the service of a case and the first month that is on record."""
    said: Case = {**SERVICE, **document.get("service", {}), **case.get("service", {})}
    money = {int(year): parse_yuan(amount) for year, amount in said["years"].items()}
    held = said.get("held_before")
    service = ServiceFees(
        said["from"], said["to"], money, said.get("closed_on"), None if held is None else yuan_of(held)
    )
    return service, Period.parse(said["recorded_from"]) if "recorded_from" in said else service.first


def yuan_of(amount: object) -> int:
    """Read an amount of a table in fen."""
    return parse_yuan(str(amount))


def months_of(
    document: Case, case: Case, cells: Mapping[str, object] | Sequence[object] | None = None
) -> tuple[ServiceFees, list[MonthFacts]]:
    """Make the service of a case and its recorded months; a month that is not named has the score 100.

    `amended`, of the case or of its file, changes the terms from some month on, each time those in force before.
    """
    service, first = service_of(document, case)
    named = cells_of(first, case.get("months", {}) if cells is None else cells)
    terms, amended = terms_of(document, case), case.get("amended", document.get("amended", {}))
    governing = _read(terms)
    months = []
    for period in periods_between(first, service.last_served):
        if str(period) in amended:
            terms = changed(terms, amended[str(period)])
            governing = _read(terms)
        months.append(_month(service, period, governing, named.get(period, FULL_SCORE)))
    return service, months


def _read(terms: Mapping[str, Any]) -> Terms:
    read = TermsDocument.model_validate(terms)
    faults = read.faults()
    assert faults == (), faults
    return read.rules()


def cells_of(first: Period, cells: Mapping[str, object] | Sequence[object]) -> dict[Period, object]:
    """Name the months of a case: those of a list follow one another from the first on record."""
    if isinstance(cells, Mapping):
        return {Period.parse(period): cell for period, cell in cells.items()}
    return {first.plus(place): cell for place, cell in enumerate(cells)}


def _month(service: ServiceFees, period: Period, terms: Terms, cell: object) -> MonthFacts:
    served = served_days(period, service.starts_on, service.closed_on or service.ends_on)
    assert served is not None
    said: Case = {**FULL_SCORE, **(cell if isinstance(cell, Mapping) else {"score": cell})}
    result = said["score"]
    state = MonthState(result) if result in ("excused", "not_assessed") else MonthState.ASSESSED
    assert said.keys() <= {"score", "full_mark", "findings", "metrics", "decisions"}
    return MonthFacts(
        period,
        *served,
        terms.money,
        SOURCES,
        final=result != "open",
        state=state,
        score=score_of(result) if state is MonthState.ASSESSED and result != "open" else None,
        full_mark=Fraction(said.get("full_mark", 100)),
        findings=tuple(_findings(said.get("findings", ()))),
        metrics=dict(_metrics(said.get("metrics", {}))),
        decisions={
            pointer: Decided(Fraction(share), f"/decisions/{period}{pointer}")
            for pointer, share in said.get("decisions", {}).items()
        },
    )


def score_of(cell: object) -> Score:
    """Read what a table says of a score: text, a bound or `unknown`."""
    return _bound(Decimal(cell) if isinstance(cell, str) and cell != "unknown" else cell)


def _findings(cell: Mapping[str, Any] | Sequence[Case]) -> Iterator[FindingsOfType]:
    if isinstance(cell, Mapping):
        cell = [
            {"type": code, **(count if isinstance(count, Mapping) else {"count": count})}
            for code, count in cell.items()
        ]
    for said in cell:
        more = {name: value for name, value in said.items() if name not in ("type", "count", "at_least")}
        bound = said.get("at_least")
        # Either a count of which there may be more, or the count that there are at least.
        count = bound if bound is not None and bound is not True else said.get("count", 1)
        yield FindingsOfType(said["type"], count, at_least=bool(bound) or bound == 0, **more)


def _metrics(cell: Case) -> Iterator[tuple[tuple[str, str | None], Fraction]]:
    for code, value in cell.items():
        if isinstance(value, Mapping):
            yield from (((code, site), Fraction(str(figure))) for site, figure in value.items())
        else:
            yield (code, None), Fraction(str(value))
