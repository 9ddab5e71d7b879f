"""What alerts say: every word that can stand in their facts has Chinese and English words, and is no code."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from app import nightly
from app.features.alerts.code_texts import CONSEQUENCES, JOBS
from app.features.alerts.texts import text
from app.features.metrics.catalogue import names_of, standard_codes
from app.features.settlements.ledger.checks import CHECKS
from app.models.words import AlertKind, DisabledBecause, Stage
from app.rules.consecutive import MonthState
from tests.docs.exchanges import ROOT

LATE = {"due_on": "2024-03-15", "days_late": 3, "working_days_late": 1, "provisional": True}
ENDED = {"superseded_because": "amended"}
FINDING = {"issue_type": "离岗", "issue_type_name": "离岗", "counter": "7"}
SPENT = {
    "amount": "10.00",
    "spent_on": "2024-03-01",
    "project": "7",
    "project_name": "大厅运行经费",
    "purpose": "8",
    "purpose_name": "日常支出",
}
OWN_WORDS = re.compile("'离岗'|'大厅运行'|值班长|某公司|经批准")
"""What a center, a vendor or a contract calls its things, in whatever language."""
SUMS = {
    "counted": [{"period": "2024-02", "counts": "1.00"}],
    "total": "1.00",
    "needed": "1.00",
    "clause": "/triggers/0",
}
UNDECIDED: dict[str, Any] = {"undecided": {"needed": {"zh": "标准", "en": "the standard"}}}


def _notices() -> Iterator[dict[str, Any]]:
    for stage in (*Stage, MonthState.EXCUSED):
        yield {"period": "2024-02", "stage": stage.value, **LATE}
    yield {"period": "2024-02", "stage": Stage.NOTIFIED.value, "notified_on": "2024-03-18", **LATE}


def _repeats() -> Iterator[dict[str, Any]]:
    for by, early, at_least in product(("periods", "occurrences"), (True, False), (True, False)):
        window = {"from": "2024-01", "to": "2024-02"}
        yield {
            **FINDING,
            "count_by": by,
            "early": early,
            "at_least": at_least,
            "count": 2,
            "threshold": 3,
            "window": window,
        }


def _runs() -> Iterator[dict[str, Any]]:
    for code, within, edge in product(CONSEQUENCES, (None, 6), ("below", "at_most")):
        yield {"periods": ["2024-01"], "threshold": 2, "within": within, edge: "80.00", "consequence": code}


def _triggers() -> Iterator[dict[str, Any]]:
    more: tuple[dict[str, Any], ...] = ({}, UNDECIDED, {"amount": "5000.00"})
    for code, edge, window, undecided in product(CONSEQUENCES, ("below", "at_most"), ("contract", "2024"), more):
        for kind in ("warning_ladder", "deduction_total", "demerit_points", "renewal_gate"):
            yield {"trigger": kind, edge: "80", "within": 6, "window": window, "consequence": code, **SUMS, **undecided}


FACTS: dict[AlertKind, list[dict[str, Any]]] = {
    AlertKind.LATE_NOTICE: list(_notices()),
    AlertKind.REPEAT_OFFENCE: list(_repeats()),
    AlertKind.BELOW_PASS_MARK: [
        {"period": "2024-02", "pass_mark": "90", "score": score} for score in ({"below": "80"}, {"exact": "85.00"})
    ],
    AlertKind.CONSECUTIVE_FAIL: list(_runs()),
    AlertKind.MISSING_ANNUAL_ASSESSMENT: [
        {"year": 2024, **LATE, **more} for more in ({}, ENDED, {"held_on": "2024-03-18"})
    ],
    AlertKind.PAYMENT_BEHIND: [
        {"payment_period": "2024-02", "payable": "2.00", "paid": "1.00", **LATE, **more}
        for more in ({}, {"paid_on": "2024-03-18"})
    ],
    AlertKind.LEDGER_MISMATCH: [
        {"count": 1, "mismatches": [{"code": code, "place": f"{place}/14"}]} for code, place, _ in CHECKS
    ],
    AlertKind.CLAUSE_TRIGGER: list(_triggers()),
    AlertKind.CALENDAR_MISSING: [{"year": 2027}, {"year": 2027, "imported_on": "2026-12-03"}],
    AlertKind.JOB_MISSED: [{"job": job, "business_date": "2024-03-15"} for job in nightly.JOBS],
    AlertKind.OVERDUE_RECTIFICATION: [
        {**FINDING, "occurred_on": "2024-03-01", **LATE, **more} for more in ({}, ENDED, {"submitted_on": "2024-03-18"})
    ],
    AlertKind.MISSING_MONTHLY_REPORT: [
        {"period": "2024-02", **LATE, **more} for more in ({}, ENDED, {"submitted_on": "2024-03-18"})
    ],
    AlertKind.MISSING_METRICS: [
        {"period": "2024-02", **LATE, **more}
        for more in (
            {"missing": list(standard_codes()), "missing_names": [names_of(code) for code in standard_codes()]},
            ENDED,
            {"entered_on": "2024-03-18"},
        )
    ],
    AlertKind.BUDGET_LINE_MISMATCH: [
        {**SPENT, "allowed": allowed, **more}
        for allowed in ([], ["大厅运行"])
        for more in (
            {},
            {"reclassified_on": "2024-03-18", "charged_to": "7"},
            {"reclassified_on": "2024-03-18", "charged_to": "7", "charged_to_name": "大厅运行经费"},
            {"accepted_on": "2024-03-18", "accepted_because": "经批准"},
            {"reversed_on": "2024-03-18"},
        )
    ],
    AlertKind.KEY_POST_VACANT: [
        {"post_name": "值班长", "vacant_since": "2024-03-01", **LATE, **more}
        for more in ({}, ENDED, {"filled_on": "2024-03-18"})
    ],
    AlertKind.ENDPOINT_DISABLED: [
        {"vendor": "某公司", "host": "7", "because": because.value, "disabled_on": "2024-03-15", **more}
        for because in DisabledBecause
        # What the vendor disabled itself is no alert.
        if because is not DisabledBecause.BY_VENDOR
        for more in ({}, {"enabled_on": "2024-03-18"}, {"deleted_on": "2024-03-18"})
    ],
}


@pytest.mark.parametrize("kind", AlertKind)
def test_an_alert_is_said_in_words(kind: AlertKind) -> None:
    """In Chinese without a Latin letter, but for the pointer of a clause; in English without an underscore."""
    said = [text(kind, facts | undone) for facts in FACTS[kind] for undone in ({}, {"undone": True})]
    assert [one["zh"] for one in said if re.search("[A-Za-z]", one["zh"].replace("“/triggers/0”", ""))] == []
    assert [one["en"] for one in said if re.search(r"_|[\u4e00-\u9fff]", OWN_WORDS.sub("", one["en"]))] == []


def test_every_consequence_stands_in_the_guide() -> None:
    """With its words; and a code of a contract's own is quoted, not lost."""
    rows = re.findall(
        r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$",
        (ROOT / "docs/terms.md").read_text("utf-8").split("## Consequences")[1],
        re.MULTILINE,
    )
    assert {code: (zh, en) for code, zh, en in rows} == CONSEQUENCES
    own = text(AlertKind.CONSECUTIVE_FAIL, FACTS[AlertKind.CONSECUTIVE_FAIL][0] | {"consequence": "own_word"})
    assert "后果：“own_word”" in own["zh"]
    assert "consequence: 'own_word'" in own["en"]


def test_every_consequence_of_our_own_cases_is_known() -> None:
    """Neither the demonstration, nor a worked case, nor the guide to the terms names a code that has no words."""
    files = [
        *ROOT.glob("app/demo/*.yaml"),
        *ROOT.glob("tests/rules/cases/*.yaml"),
        ROOT / "docs/terms.md",
        ROOT / "docs/clauses.md",
    ]
    named = {code for file in files for code in re.findall(r'consequence"?: "?([a-z_]+)', file.read_text("utf-8"))}
    assert named - CONSEQUENCES.keys() == set()
    assert list(JOBS) == list(nightly.JOBS)
