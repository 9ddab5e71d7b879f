"""The statement of a year as a workbook: balances, what moved them, each payment period, payouts and releases."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

from app.documents import xlsx
from app.documents.paper import Paper, ascii_file_name, file_name
from app.documents.xlsx import Cell, Column, Sheet, TwoPlaces
from app.features.settlements.papers import words
from app.features.settlements.papers.statement import Item, Statement
from app.rules.clauses import Fund
from app.rules.ledger import Account
from app.rules.money import yuan

Cells = Sequence[Cell]

_PLACES: tuple[tuple[Account, Fund | None, str], ...] = (
    (Account.ACCRUED, None, words.ACCOUNTS[Account.ACCRUED]),
    (Account.RECEIVABLE, None, words.ACCOUNTS[Account.RECEIVABLE]),
    (Account.PAID, None, words.ACCOUNTS[Account.PAID]),
    (Account.PAYABLE, None, words.ACCOUNTS[Account.PAYABLE]),
    (Account.HELD, Fund.HOLDBACK, words.FUNDS[Fund.HOLDBACK]),
    (Account.HELD, Fund.POOL, words.FUNDS[Fund.POOL]),
    (Account.HELD, Fund.DEFERRED, words.FUNDS[Fund.DEFERRED]),
    (Account.DEDUCTED, None, words.ACCOUNTS[Account.DEDUCTED]),
    (Account.FORFEITED, None, words.ACCOUNTS[Account.FORFEITED]),
)


def paper(found: Statement) -> Paper:
    """Give the statement as a workbook, dated by the day that it speaks of."""
    number, year = found.contract["number"], str(found.year)
    title = f"{number} {year}年度结算表（截至{found.as_of}）"
    dated = datetime.combine(found.as_of, time(), UTC)
    return Paper(
        xlsx.write(xlsx.Book(title, f"{number}  截至{found.as_of}", dated, _sheets(found))),
        file_name(xlsx.SUFFIX, "年度结算表", number, year),
        ascii_file_name(xlsx.SUFFIX, "statement", number, year),
    )


def _sheets(found: Statement) -> list[Sheet]:
    return [
        Sheet("年度结算表", _BALANCES, [*_balances(found)]),
        Sheet("本年变动", _MOVEMENTS, [*_movements(found)]),
        Sheet("各支付期", _SETTLEMENTS, [_settlement(item) for item in found.settlements]),
        Sheet("兑现与返还", _PAYOUTS, [_payout(item) for item in found.payouts]),
    ]


_BALANCES = (
    Column("项目", 26),
    Column("内容", 50),
    Column("年初（元）", 20),
    Column("本年变动（元）", 20),
    Column("截至日余额（元）", 20),
)


def _balances(found: Statement) -> Iterator[Cells]:
    contract = found.contract
    nothing: Cells = (None, None, None)
    yield "合同编号", contract["number"], *nothing
    yield "合同名称", contract["title"], *nothing
    yield "服务供应商", contract["vendor_name"], *nothing
    yield "年度", str(found.year), *nothing
    yield "截至", f"{found.as_of}{'' if found.complete else '（年度未结束）'}，按入账日期", *nothing
    yield "未结算月份", "、".join(found.unsettled) or "无", *nothing
    for account, fund, label in _PLACES:
        yield label, None, *_moved(found.opening.of(account, fund), found.closing.of(account, fund))
    opening, closing = found.opening, found.closing
    yield "应计＋应退", None, *_moved(opening.debits, closing.debits)
    yield "已付＋未付＋预留＋扣款＋不再支付", None, *_moved(opening.credits, closing.credits)
    yield "核对", "两侧相等" if closing.out_by == 0 else f"两侧相差{yuan(closing.out_by)}", *nothing


def _moved(before: int, after: int) -> Cells:
    return TwoPlaces(before), TwoPlaces(after - before), TwoPlaces(after)


_MOVEMENTS = (Column("事由", 22), Column("分录数", 8), *(Column(f"{label}（元）", 18) for _, _, label in _PLACES))


def _movements(found: Statement) -> Iterator[Cells]:
    for movement in found.movements:
        amounts = [TwoPlaces(movement.balances.of(account, fund)) for account, fund, _ in _PLACES]
        yield words.CAUSES[movement.cause], movement.entries, *amounts


_PAID = (
    Column("年初前已付（元）", 18),
    Column("本年已付（元）", 18),
    Column("截至日未付（元）", 18),
)
_SETTLEMENTS = (
    Column("支付期", 12),
    Column("服务截至", 12),
    Column("入账日期", 12),
    Column("服务费（元）", 18),
    Column("扣款（元）", 18),
    Column("预留（元）", 18),
    Column("其中调整（元）", 16),
    Column("结转抵扣（元）", 16),
    Column("应付（元）", 18),
    *_PAID,
)


def _settlement(item: Item) -> Cells:
    row = item.row
    named = ("fee_fen", "deducted_fen", "held_fen", "adjusted_fen", "carried_fen", "payable_fen")
    days: Cells = (words.payment_period(row["payment_period"]), row["ends_on"], row["posted_on"])
    return *days, *(TwoPlaces(row[name]) for name in named), *_paid(item)


_PAYOUTS = (
    Column("事项", 26),
    Column("编号", 26),
    Column("年度", 8),
    Column("来源", 16),
    Column("入账日期", 12),
    Column("兑现（元）", 18),
    Column("不再支付（元）", 18),
    *_PAID,
)


def _payout(item: Item) -> Cells:
    row = item.row
    what: Cells = (words.PAYOUTS[row["kind"]], row["subject"], row["year"], words.FUNDS[row["source"]])
    return *what, row["posted_on"], TwoPlaces(item.payable), TwoPlaces(row["forfeited_fen"]), *_paid(item)


def _paid(item: Item) -> Cells:
    return TwoPlaces(item.paid_before), TwoPlaces(item.paid_in_year), TwoPlaces(item.left)
