"""The papers of a contract's money say what its rows say: dossiers, year-end statements, matched files."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from pydantic import TypeAdapter
from sqlalchemy import update

from app.documents.xlsx import MEDIA_TYPE
from app.features.contracts.money_clauses import MoneyClause
from app.features.settlements.papers import words
from app.features.settlements.papers.dossier_record import clause_of, effect
from app.models import Settlement
from app.models.words import LedgerCause, MoneyStatus, PayoutKind
from app.rules.clauses import Fund
from app.rules.ledger import Account
from app.rules.lines import Component
from app.rules.money import yuan
from app.rules.workings import Measure, Operation
from tests.api.asking import expect_problem
from tests.money import MONEY_TERMS, YEARS, Money
from tests.office import Office
from tests.workbooks import sheets, shown

PAYABLE = 25_950_000
"""Of the first quarter in fen: 300,000 less 10,000 for March's 85 points, 500 for a post left, 30,000 held back."""


@pytest.fixture
def contract(office: Office) -> str:
    """Give a contract whose first quarter is notified: 92.50, at least 90, and 85 with a post left in February."""
    address = office.contract("=采购2023/7", title="=综合窗口+外包", years=YEARS, terms=MONEY_TERMS)
    office.finding(address, "2023-02-14", counter="A-07")
    office.finding(address, "2023-02-15", issue_type="late_opening")
    scores: list[tuple[str, object, str]] = [
        ("2023-01", "92.50", "2023-02-03"),
        ("2023-02", {"at_least": "90.00"}, "2023-03-03"),
        ("2023-03", "85.00", "2023-04-04"),
    ]
    for period, score, day in scores:
        office.assess(address, period, score, day)
        office.finalize(address, period, day)
        office.notify(address, period, day, f"考核〔2023〕{period[-1]}号")
    return address


@pytest.fixture
def money(office: Office, contract: str) -> Money:
    """Give the money of that contract."""
    return Money(office, uuid.UUID(contract.rsplit("/", 1)[1]))


def dossier(office: Office, contract: str, settlement: uuid.UUID) -> bytes:
    """Read a dossier and look at what it is called."""
    answer = office.auditor.get(f"{contract}/settlements/{settlement}/dossier")
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE), answer.text
    return answer.content


def test_a_dossier_says_how_a_settlement_came_about_and_what_became_of_it(
    office: Office, contract: str, money: Money
) -> None:
    """Lines that sum to the totals, the steps to each, the notices as they stood, drafts, approval, payments."""
    superseded = money.draft("2023-Q1", on="2023-05-03")
    settlement = money.draft("2023-Q1", on="2023-05-04")
    money.approve(settlement, on="2023-05-05")
    voided = money.pay(settlement, 1_000_000, "PZ-1", "2023-05-08", invoice_no="FP-1")
    money.void(voided, "2023-05-09", "凭证录错")
    money.pay(settlement, 20_000_000, "PZ-2", "2023-05-10", invoice_no="FP-2", note="=首付")
    month = f"{contract}/assessments/2023-03/revisions"
    result = {"state": "assessed", "score": {"exact": "95.00"}}
    office.supervisor.post(month, {"reason": "复核", "revised_on": "2023-06-01", "result": result}).raise_for_status()
    content = dossier(office, contract, settlement)
    lines = shown(content, "明细")
    form = {row["项目"]: row for row in shown(content, "结算单")}
    _check_form(form, lines)
    _check_steps(shown(content, "计算过程"), lines)
    assert [(row["月份"], row["依据"], row["考核得分"], row["通报文号"], row["结算时版本"], row["现行版本"]) for row in
            shown(content, "依据通报")] == [
        ("2023-01", "考核结果", "92.50", "考核〔2023〕1号", "0", "0"),
        ("2023-02", "考核结果", "≥90.00", "考核〔2023〕2号", "0", "0"),
        ("2023-02", "考核问题", None, None, None, None),
        ("2023-03", "考核结果", "85.00", "考核〔2023〕3号", "0", "1"),
    ]  # fmt: skip
    (finding,) = (row for row in shown(content, "依据通报") if row["依据"] == "考核问题")
    assert (finding["问题类别"], finding["窗口"]) == ("离岗", "A-07")
    acts = shown(content, "审批与支付")
    assert [(row["事项"], row["金额（元）"], row["凭证号"], row["发票号"], row["状态"]) for row in acts] == [
        ("起草", yuan(PAYABLE), None, None, "已被新稿替代"),
        ("起草", yuan(PAYABLE), None, None, "已批准"),
        ("批准", yuan(PAYABLE), None, None, "已批准"),
        ("支付", "10000.00", "PZ-1", "FP-1", "已作废"),
        ("支付作废", "-10000.00", "PZ-1", "FP-1", "冲销"),
        ("支付", "200000.00", "PZ-2", "FP-2", "有效"),
    ]
    assert shown(dossier(office, contract, superseded), "结算单")[7]["内容"] == "已被新稿替代"


def _check_form(form: dict[str | None, dict[str, str | None]], lines: list[dict[str, str | None]]) -> None:
    """Check that every total of the form is the sum of its lines."""
    names = ("服务费", "得分扣款", "问题扣款", "超限不予扣减", "预留考核金", "留存考核金", "结转抵扣")
    for name in names:
        total = sum(Decimal(str(line["金额（元）"])) for line in lines if line["项目"] == name)
        assert form[name]["金额（元）"] == f"{total:.2f}", name
    assert form["应付金额"]["金额（元）"] == str(sum(Decimal(str(line["对应付的影响（元）"])) for line in lines))
    assert [form[name]["金额（元）"] for name in ("应付金额", "已付金额", "未付金额")] == [
        yuan(PAYABLE), "200000.00", yuan(PAYABLE - 20_000_000),
    ]  # fmt: skip
    assert (form["状态"]["内容"], form["批准"]["内容"]) == ("已批准", "finance-XA，2023-05-05")
    assert {form[name]["内容"] for name in form if str(name).startswith("核对")} == {"一致"}
    assert form["合同名称"]["内容"] == "=综合窗口+外包"


def _check_steps(steps: list[dict[str, str | None]], lines: list[dict[str, str | None]]) -> None:
    """Check that the last step of each line gives its amount, and that its sentence says so."""
    last = {step["明细序号"]: step for step in steps}
    assert {number: step["数值"] for number, step in last.items()} == {
        line["序号"]: line["金额（元）"] for line in lines
    }
    assert "2023年3月得分扣款 = 2023年3月服务费（100000.00元） − 应付金额（90000.00元） = 10000.00元" in {
        s["算式"] for s in steps
    }
    assert "≥90 → 1；<90 → 0.9" in {step["说明"] for step in steps}
    assert {line["条款"] for line in lines} == {"付款方式", "按得分分档计费", "按问题定额扣款", "预留考核金"}
    assert {(line["条款版本"], line["依据文件"]) for line in lines} == {("1", "外包服务合同 第六条")}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_dossier_is_the_same_file_until_something_changes(office: Office, contract: str, money: Money) -> None:
    """Its tag is that of its bytes; the names in its header are safe whatever the contract is called."""
    path = f"{contract}/settlements/{money.draft('2023-Q1')}/dossier"
    first = office.finance.get(path)
    again = office.finance.call("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert office.admin.get(path).content == first.content
    ascii_name, name = first.headers["content-disposition"].split("; ")[1:]
    assert ascii_name == 'filename="dossier_2023_7_2023-Q1.xlsx"'
    assert unquote(name.removeprefix("filename*=UTF-8''")) == "费用结算档案_=采购2023_7_2023-Q1.xlsx"
    money.approve(uuid.UUID(path.split("/")[-2]))
    approved = office.finance.get(path)
    assert approved.headers["etag"] != first.headers["etag"]
    assert {row["内容"] for row in shown(approved.content, "结算单") if str(row["项目"]).startswith("核对")} == {"一致"}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_dossier_names_a_sum_that_is_not_its_lines(office: Office, contract: str, money: Money) -> None:
    """It shows what its lines and payments come to, and says that the settlement's own figures are others."""
    settlement = money.draft("2023-Q1")
    with office.database.write() as session:
        session.execute(update(Settlement).values(payable_fen=PAYABLE + 1, paid_fen=7))
    form = {row["项目"]: row for row in shown(dossier(office, contract, settlement), "结算单")}
    assert form["应付金额"]["金额（元）"] == yuan(PAYABLE)
    checks = [(row["内容"], row["金额（元）"]) for name, row in form.items() if str(name).startswith("核对")]
    assert checks == [(f"不一致：按本档案为{yuan(PAYABLE)}", yuan(PAYABLE + 1)), ("不一致：按本档案为0.00", "0.07")]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_dossier_shows_the_adjustments_of_closed_months(office: Office, contract: str, money: Money) -> None:
    """An upheld revision of March comes back with the second quarter, numbered, with its own steps and notice."""
    money.approve(money.draft("2023-Q1"))
    finding = office.supervisor.items(f"{contract}/findings", issue_type="leaving_post")[0]["id"]
    body = {"reason": "申诉成立", "revised_on": "2023-06-01", "withdrawn_findings": [finding]}
    office.supervisor.post(f"{contract}/assessments/2023-02/revisions", body).raise_for_status()
    for number in (4, 5, 6):
        office.assess(contract, f"2023-0{number}", "93.00", f"2023-0{number + 1}-03")
        office.finalize(contract, f"2023-0{number}", f"2023-0{number + 1}-03")
    content = dossier(office, contract, money.draft("2023-Q2", on="2023-08-01"))
    (line,) = (line for line in shown(content, "明细") if line["调整编号"])
    assert (line["调整编号"], line["月份"], line["项目"], line["条款"]) == ("1", "2023-02", "问题扣款", "以前月份调整")
    assert (line["金额（元）"], line["对应付的影响（元）"]) == ("-500.00", "500.00")
    assert [row["月份"] for row in shown(content, "依据通报")] == ["2023-02", "2023-04", "2023-05", "2023-06"]
    form = {row["项目"]: row for row in shown(content, "结算单")}
    assert form["其中：以前月份调整对应付的影响"]["金额（元）"] == "500.00"
    assert form["状态"]["内容"] == "草稿"


@pytest.mark.parametrize(
    ("component", "fen", "payable"),
    [
        ("fee", 5, 5),
        ("holdback", 5, -5),
        ("deduction_limit", 5, 5),
        ("payable", 5, 5),
        ("paid", 5, 0),
        ("held_pool", 5, 0),
    ],
)
def test_a_balance_taken_over_owes_what_it_states_as_payable(component: str, fen: int, payable: int) -> None:
    """Its other lines move nothing; those of a settlement do what their word says."""
    assert effect(component, fen) == payable


@pytest.mark.parametrize(
    ("pointer", "kind"),
    [
        ("/money/0", "holdback"),
        ("/money/1", None),
        ("/payment/instalments/0", None),
        ("/payment/excess", None),
        (None, None),
    ],
)
def test_a_clause_is_found_by_its_pointer(pointer: str | None, kind: str | None) -> None:
    """Where the terms have none there, nothing is made up."""
    terms = '{"money": [{"kind": "holdback"}], "payment": {"excess": "limited"}}'
    assert clause_of(terms, pointer).get("kind") == kind


def test_every_word_that_a_paper_may_need_has_its_chinese() -> None:
    """A word that is added to the rules or the tables is named on paper too."""
    named: list[tuple[type[StrEnum], Mapping[str, str]]] = [
        (Component, words.COMPONENTS),
        (Account, words.ACCOUNTS),
        (Fund, words.FUNDS),
        (LedgerCause, words.CAUSES),
        (MoneyStatus, words.STATUSES),
        (PayoutKind, words.PAYOUTS),
        (Operation, words.OPERATIONS),
        (Measure, words.MEASURES),
    ]
    assert [members.__name__ for members, chinese in named if set(members) != set(chinese)] == []
    clauses = TypeAdapter(MoneyClause).json_schema()["discriminator"]["mapping"]
    assert set(clauses) - {*words.CLAUSES, *words.PAYOUTS} == set()


# ---------------------------------------------------------------- the statement of a year


@pytest.fixture
def settled(money: Money) -> Money:
    """Settle the quarter: paid in part in the year, in part after it, half of the holdback released in between."""
    settlement = money.draft("2023-Q1")
    money.approve(settlement, on="2023-05-05")
    money.pay(settlement, 20_000_000, "PZ-1", "2023-05-10")
    release = money.release("release/acceptance", 1_500_000, on="2023-12-31", forfeited=100_000)
    money.pay(release, 1_500_000, "PZ-2", "2024-01-05", payout=True)
    wrong = money.pay(settlement, 5_950_000, "PZ-3", "2024-01-05")
    money.void(wrong, "2024-01-08", "退票")
    return money


def _amounts(balances: dict[str, Any]) -> list[str]:
    names = ("accrued", "receivable", "paid", "payable", "deducted", "forfeited")
    return [*(balances[name] for name in names), balances["held"]["holdback"]]


@pytest.mark.usefixtures("settled")
def test_a_statement_speaks_of_the_last_day_of_its_year(office: Office, contract: str) -> None:
    """What was posted after it is the next year's, which begins where this one ended."""
    first = office.auditor.get(f"{contract}/statements/2023").json()
    assert (first["as_of"], first["complete"], first["identity"]["holds"]) == ("2023-12-31", True, True)
    assert set(_amounts(first["opening"])) == {"0.00"}
    closing = ["300000.00", "0.00", "200000.00", "74500.00", "10500.00", "1000.00", "14000.00"]
    assert _amounts(first["closing"]) == closing
    assert [(entry["cause"], entry["entries"]) for entry in first["movements"]] == [
        ("settlement", 1), ("payment", 1), ("payout", 1),
    ]  # fmt: skip
    assert first["unsettled_months"] == [f"2023-{month:02}" for month in range(4, 13)]
    (quarter,), (release,) = first["settlements"], first["payouts"]
    assert (quarter["payment_period"], quarter["payable"], quarter["left"]) == ("2023-Q1", yuan(PAYABLE), "59500.00")
    assert (release["amount"], release["forfeited"], release["left"]) == ("15000.00", "1000.00", "15000.00")
    with time_machine.travel("2024-01-06T04:00:00Z", tick=False):
        second = office.auditor.get(f"{contract}/statements/2024").json()
    assert (second["as_of"], second["complete"]) == ("2024-01-06", False)
    assert _amounts(second["opening"]) == closing
    assert (second["closing"]["paid"], second["closing"]["payable"]) == ("274500.00", "0.00")
    assert [(s["paid_before"], s["paid_in_year"], s["left"]) for s in (*second["settlements"], *second["payouts"])] == [
        ("200000.00", "59500.00", "0.00"), ("0.00", "15000.00", "0.00"),
    ]  # fmt: skip
    later = office.auditor.get(f"{contract}/statements/2024").json()
    assert (later["as_of"], later["closing"]["payable"], later["settlements"][0]["left"]) == (
        "2024-12-31", "59500.00", "59500.00",
    )  # fmt: skip
    assert (later["movements"][1]["cause"], later["movements"][1]["paid"]) == ("payment_void", "-59500.00")
    _check_workbook(office, contract)


def _check_workbook(office: Office, contract: str) -> None:
    """Check that the workbook has the same figures as numbers, and the day that they are of."""
    answer = office.finance.get(f"{contract}/statements/2023/workbook")
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    assert list(sheets(answer.content)) == ["年度结算表", "本年变动", "各支付期", "兑现与返还"]
    rows = {row["项目"]: row for row in shown(answer.content, "年度结算表")}
    assert rows["截至"]["内容"] == "2023-12-31，按入账日期"
    assert [rows["应付未付"][name] for name in ("年初（元）", "本年变动（元）", "截至日余额（元）")] == [
        "0.00", "74500.00", "74500.00",
    ]  # fmt: skip
    assert rows["核对"]["内容"] == "两侧相等"
    left, right = rows["应计＋应退"], rows["已付＋未付＋预留＋扣款＋不再支付"]
    assert left["截至日余额（元）"] == right["截至日余额（元）"] == "300000.00"
    (moved,) = (row for row in shown(answer.content, "本年变动") if row["事由"] == "考核金兑现与返还")
    assert (moved["预留考核金（元）"], moved["应付未付（元）"], moved["分录数"]) == ("-16000.00", "15000.00", "1")
    (quarter,) = shown(answer.content, "各支付期")
    assert (quarter["支付期"], quarter["应付（元）"], quarter["截至日未付（元）"]) == (
        "2023-Q1",
        yuan(PAYABLE),
        "59500.00",
    )
    (release,) = shown(answer.content, "兑现与返还")
    assert (release["事项"], release["兑现（元）"]) == ("预留考核金返还", "15000.00")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_year_that_has_no_statement_is_not_there(office: Office) -> None:
    """Before the contract began, before the year did, or no year at all; an empty one is a statement of nothing."""
    contract = office.contract()
    with time_machine.travel("2024-11-21T04:00:00Z", tick=False):
        for year in ("2022", "2025", "1999", "next"):
            expect_problem(office.auditor.get(f"{contract}/statements/{year}"), 404, "not-found", "/path/year")
        empty = office.auditor.get(f"{contract}/statements/2024").json()
    assert (empty["as_of"], empty["movements"], empty["settlements"]) == ("2024-11-21", [], [])
    assert (set(_amounts(empty["closing"])), empty["identity"]["holds"]) == ({"0.00"}, True)


# ---------------------------------------------------------------- payments from a file


@pytest.mark.usefixtures("settled")
def test_payments_are_matched_from_a_file(office: Office, contract: str) -> None:
    """By voucher and amount, what is left to pay is suggested, and nothing is recorded by it."""
    text = (
        "\ufeff支付日期,凭证号,摘要,金额\r\n"
        '2023/5/10,PZ-1,一季度,"￥200,000.00"\r\n'
        "2024-01-05,PZ-2,返还,15000.01\r\n"
        "2024-01-05,PZ-3,一季度尾款,59500.00\r\n"
        "2024-01-09,PZ-4,一季度尾款,59500.00\r\n"
        "2024-01-10,PZ-5,办公用品,88.00\r\n"
    )
    asked = {"csv": text}
    answer = office.auditor.call("POST", f"{contract}/payments/matching", json=asked, headers={"Idempotency-Key": None})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [(entry["row"], entry["result"]) for entry in found["rows"]] == [
        (1, "recorded"), (2, "amount_differs"), (3, "voided"), (4, "ambiguous"), (5, "unknown"),
    ]  # fmt: skip
    assert [payment["amount"] for payment in found["rows"][1]["payments"]] == ["15000.00"]
    assert found["rows"][3]["candidates"][0]["subject"] == "2023-Q1"
    assert found["rows"][3]["candidates"][0]["left"] == "59500.00"
    assert (found["ignored_columns"], found["not_in_file"]) == (["摘要"], [])
    assert found["totals"]["file"] == {"count": 5, "amount": "334088.01"}
    one = office.finance.post(
        f"{contract}/payments/matching", {"csv": "凭证号,金额,付款日期\nPZ-4,59500.00,2024-01-09"}
    )
    assert one.json()["rows"][0]["result"] == "payable"
    key = {"Idempotency-Key": "match-1"}
    again = [office.finance.call("POST", f"{contract}/payments/matching", json=asked, headers=key) for _ in range(2)]
    assert (again[1].headers["idempotent-replayed"], again[1].json()) == ("true", found)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_file_that_cannot_be_read_is_told_where(office: Office) -> None:
    """All that is wrong at once, the first fifty; by row and column, and nothing is compared."""
    path = f"{office.contract()}/payments/matching"
    text = "凭证号,金额,支付日期\nPZ-1,1.00,2023-05-10\nPZ-2,1.00,2023-05-10\n,0.005,10.5.2023\n" + "x,y,z\n" * 40
    problem = expect_problem(
        office.auditor.post(path, {"csv": text}), 422, "validation-error", "/csv/rows/3/voucher_no", "voucher-missing"
    )
    assert [error["pointer"] for error in problem["errors"][1:3]] == ["/csv/rows/3/amount", "/csv/rows/3/paid_on"]
    assert len(problem["errors"]) == 50
    assert problem["detail"].endswith("(83 errors in all.)")
    headless = office.auditor.post(path, {"csv": "PZ-1,1.00,2023-05-10"})
    expect_problem(headless, 422, "validation-error", "/csv/header/voucher_no", "column-missing")
    too_large = office.auditor.post(path, {"csv": "x" * (1 << 20)})
    expect_problem(too_large, 413, "body-too-large")
