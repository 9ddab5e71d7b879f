"""What a message says, in the language of its reader: plain text, short, the most severe first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.models.words import AlertNews, ChannelKind, DueKind, Language, Severity

MOST_LINES = 20
"""How many alerts and due dates one message names; of the rest it says how many there are."""

LEAST_DUE = 6
"""How many of them are due dates at least, where there are so many."""

MOST_BYTES = {
    ChannelKind.EMAIL: 19_000,
    ChannelKind.DINGTALK: 18_000,
    ChannelKind.WECOM: 1_800,
    ChannelKind.FEISHU: 18_000,
}
"""Bytes that a body may have in UTF-8: WeCom takes 2048 with the subject, DingTalk and Feishu some 20 000."""

RANKS = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}
_NEWS_ORDER = (AlertNews.WORSENED, AlertNews.OPENED, AlertNews.RESOLVED)

_NEWS = {
    AlertNews.OPENED: ("新增", "new"),
    AlertNews.WORSENED: ("加重", "worse"),
    AlertNews.RESOLVED: ("解除", "resolved"),
}
_SEVERITIES = {
    Severity.CRITICAL: ("严重", "critical"),
    Severity.WARNING: ("警告", "warning"),
    Severity.INFO: ("提示", "info"),
}
_OWED = {
    DueKind.NOTICE: ("考核通报", "notice"),
    DueKind.ANNUAL_ASSESSMENT: ("年度考核", "annual assessment"),
    DueKind.PAYMENT: ("付款", "payment"),
    DueKind.ACKNOWLEDGEMENT: ("签收确认", "acknowledgement"),
    DueKind.APPEAL: ("申诉截止", "end of the time to appeal"),
    DueKind.RECTIFICATION: ("整改", "rectification"),
    DueKind.MONTHLY_REPORT: ("项目月报", "monthly report"),
    DueKind.KEY_POST: ("关键岗位补缺", "key post to be filled"),
    DueKind.METRICS: ("月度数据", "monthly figures"),
}
_SUBJECTLESS = frozenset({DueKind.RECTIFICATION})
"""Whose subject is an id, which tells a reader nothing."""


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert of which there is something to tell; `zh` and `en` are its own texts."""

    news: AlertNews
    severity: Severity
    since: date
    number: str | None
    vendor: str | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class DueLine:
    """Something that is due soon."""

    kind: DueKind
    subject: str
    due_on: date
    provisional: bool
    number: str
    vendor: str


def order(line: AlertLine) -> tuple[int, int, date, str]:
    """Sort the most severe first, then what has worsened before what is new, and what is resolved last of all."""
    resolved = line.news is AlertNews.RESOLVED
    return (10 if resolved else -RANKS[line.severity], _NEWS_ORDER.index(line.news), line.since, line.number or "")


def due_order(line: DueLine) -> tuple[date, str, str]:
    """Sort the nearest first."""
    return line.due_on, line.number, line.subject


def trial(language: Language, on: date) -> tuple[str, str]:
    """Give subject and body of a test message."""
    if language is Language.CHINESE:
        return "考核系统测试消息", f"这是您于{on}请求的测试消息。收到本消息，说明该渠道可以使用。"
    return (
        "Kaohe (考核): test message",
        f"You asked for this test message on {on}. Since you are reading it, the channel works.",
    )


def written(
    language: Language,
    kind: ChannelKind,
    alerts: Sequence[AlertLine],
    due: Sequence[DueLine],
    on: date,
    address: str,
) -> tuple[str, str]:
    """Give subject and body of a night's message; both lists are in their order, and at least one has something.

    `address` is where people reach the service; empty: none is named.
    """
    places = MOST_LINES - min(len(due), max(LEAST_DUE, MOST_LINES - len(alerts)))
    shown = _Shown(min(len(alerts), places), min(len(due), MOST_LINES - min(len(alerts), places)))
    body = _body(language, alerts, due, on, address, shown)
    while len(body.encode()) > MOST_BYTES[kind] and shown.alerts + shown.due > 1:
        shown = shown.fewer()
        body = _body(language, alerts, due, on, address, shown)
    return _subject(language, alerts, due), body.encode()[: MOST_BYTES[kind]].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class _Shown:
    """How many alerts and how many due dates a body names."""

    alerts: int
    due: int

    def fewer(self) -> "_Shown":
        """Name one less, of what there is more of."""
        return _Shown(self.alerts - 1, self.due) if self.alerts >= self.due else _Shown(self.alerts, self.due - 1)


def _subject(language: Language, alerts: Sequence[AlertLine], due: Sequence[DueLine]) -> str:
    chinese = language is Language.CHINESE
    counts = [(news, sum(line.news is news for line in alerts)) for news in AlertNews]
    said = [
        _NEWS[news][0] + f"{count}条" if chinese else f"{count} {_NEWS[news][1]}" for news, count in counts if count
    ]
    parts = []
    if said:
        parts.append(f"预警{'、'.join(said)}" if chinese else f"alerts: {', '.join(said)}")
    if due:
        parts.append(f"期限提醒{len(due)}项" if chinese else f"reminders: {len(due)}")
    return f"考核提醒：{'；'.join(parts)}" if chinese else f"Kaohe (考核) {'; '.join(parts)}"


def _body(
    language: Language,
    alerts: Sequence[AlertLine],
    due: Sequence[DueLine],
    on: date,
    address: str,
    shown: _Shown,
) -> str:
    chinese = language is Language.CHINESE
    lines = [_alert(line, chinese=chinese) for line in alerts[: shown.alerts]]
    if len(alerts) > shown.alerts:
        more = len(alerts) - shown.alerts
        lines.append(f"另有{more}条预警。" if chinese else f"And {more} more alerts.")
    if due:
        lines.append("即将到期：" if chinese else "Due soon:")
        lines += [_due(line, on, chinese=chinese) for line in due[: shown.due]]
    if len(due) > shown.due:
        more = len(due) - shown.due
        lines.append(f"另有{more}项即将到期。" if chinese else f"And {more} more due dates.")
    if address:
        lines.append(f"详见 {address}" if chinese else f"See {address}")
    return "\n".join(lines)


def _alert(line: AlertLine, *, chinese: bool) -> str:
    which = 0 if chinese else 1
    whose = [part for part in (line.number, line.vendor) if part]
    if chinese:
        head = f"【{_SEVERITIES[line.severity][which]}·{_NEWS[line.news][which]}】"
        return head + (f"{' '.join(whose)}：" if whose else "") + line.zh
    head = f"[{_SEVERITIES[line.severity][which]}, {_NEWS[line.news][which]}] "
    return head + (f"{', '.join(whose)}: " if whose else "") + line.en


def _due(line: DueLine, on: date, *, chinese: bool) -> str:
    days = (line.due_on - on).days
    subject = "" if line.kind in _SUBJECTLESS else f" {line.subject}"
    if chinese:
        when = f"{days}天后" if days else "今天"
        unsure = "，暂定" if line.provisional else ""
        return f"{line.due_on}（{when}{unsure}）{_OWED[line.kind][0]}{subject}：{line.number} {line.vendor}"
    when = f"in {days} day{'' if days == 1 else 's'}" if days else "today"
    unsure = ", provisional" if line.provisional else ""
    return f"{line.due_on} ({when}{unsure}) {_OWED[line.kind][1]}{subject}: {line.number}, {line.vendor}"
