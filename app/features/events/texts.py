"""What each type of event says, in a sentence of each language."""

from typing import NamedTuple

from app.features.events.types import EventType


class Sentence(NamedTuple):
    """The same sentence in Chinese and English."""

    zh: str
    en: str


SENTENCES: dict[EventType, Sentence] = {
    EventType.ASSESSMENT_NOTIFIED: Sentence("某月考核结果已通报。", "The result of a month was notified."),
    EventType.ASSESSMENT_REVISED: Sentence(
        "已通报的考核结果作了更正，形成新版本。", "A notified result was revised: it has a new version."
    ),
    EventType.ACKNOWLEDGEMENT_GIVEN: Sentence("供应商签收了考核通报。", "The vendor acknowledged a notice."),
    EventType.APPEAL_FILED: Sentence("供应商对考核结果提出申诉。", "The vendor appealed against a result."),
    EventType.APPEAL_DECIDED: Sentence("申诉已作出决定。", "An appeal was decided."),
    EventType.RECTIFICATION_DUE: Sentence("考核问题需在期限内整改。", "A finding is to be rectified by its due date."),
    EventType.RECTIFICATION_SUBMITTED: Sentence("供应商提交了整改结果。", "The vendor handed in a rectification."),
    EventType.RECTIFICATION_VERIFIED: Sentence("整改已核验通过。", "A rectification was verified."),
    EventType.RECTIFICATION_RETURNED: Sentence(
        "整改被退回，并说明了理由。", "A rectification was returned, with a reason."
    ),
    EventType.SETTLEMENT_APPROVED: Sentence("费用结算已批准。", "A settlement was approved."),
    EventType.PAYOUT_APPROVED: Sentence("绩效考核金已批准。", "A payout was approved."),
    EventType.PAYMENT_RECORDED: Sentence("登记了一笔付款。", "A payment was recorded."),
    EventType.PAYMENT_VOIDED: Sentence("一笔付款登记已作废。", "A recorded payment was voided."),
    EventType.OBJECTION_FILED: Sentence("供应商对结算提出异议。", "The vendor objected to money that was approved."),
    EventType.OBJECTION_ANSWERED: Sentence("异议已答复。", "An objection was answered."),
    EventType.MONTHLY_REPORT_SUBMITTED: Sentence("供应商提交了项目月报。", "The vendor handed in a monthly report."),
    EventType.MONTHLY_REPORT_RETURNED: Sentence(
        "项目月报被退回，并说明了理由。", "A monthly report was returned, with a reason."
    ),
    EventType.KEY_POST_CHANGED: Sentence("关键岗位的人员情况有变化。", "Who holds a key post has changed."),
    EventType.SIGNAL_PROPOSED: Sentence(
        "收到一条投诉线索，待确认是否作为考核问题。", "A complaint or bad review is proposed as a finding."
    ),
    EventType.ALERT_OPENED: Sentence("产生了一条预警。", "An alert was opened."),
    EventType.ENDPOINT_FAILING: Sentence("接收地址开始推送失败。", "An endpoint has begun to fail."),
    EventType.ENDPOINT_RECOVERED: Sentence("接收地址恢复正常。", "A failing endpoint has answered again."),
    EventType.ENDPOINT_DISABLED: Sentence("接收地址已停用。", "An endpoint was disabled."),
    EventType.DELIVERY_EXHAUSTED: Sentence(
        "一个事件经多次推送仍未送达。", "Every attempt at a delivery failed; it can be sent again by hand."
    ),
    EventType.WEBHOOK_TEST: Sentence("应请求发送的测试事件。", "A test that was asked for."),
}
"""Every type has its sentence."""
