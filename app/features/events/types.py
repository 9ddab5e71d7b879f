"""The types of events, to whom each is told, and where what it is about can be read."""

from dataclasses import dataclass
from enum import StrEnum

from app.models.words import Stream


class EventType(StrEnum):
    """`noun.verb`: what happened to what."""

    ASSESSMENT_NOTIFIED = "assessment.notified"
    ASSESSMENT_REVISED = "assessment.revised"
    ACKNOWLEDGEMENT_GIVEN = "acknowledgement.given"
    APPEAL_FILED = "appeal.filed"
    APPEAL_DECIDED = "appeal.decided"
    RECTIFICATION_DUE = "rectification.due"
    RECTIFICATION_SUBMITTED = "rectification.submitted"
    RECTIFICATION_VERIFIED = "rectification.verified"
    RECTIFICATION_RETURNED = "rectification.returned"
    SETTLEMENT_APPROVED = "settlement.approved"
    PAYOUT_APPROVED = "payout.approved"
    PAYMENT_RECORDED = "payment.recorded"
    PAYMENT_VOIDED = "payment.voided"
    OBJECTION_FILED = "objection.filed"
    OBJECTION_ANSWERED = "objection.answered"
    MONTHLY_REPORT_SUBMITTED = "monthly_report.submitted"
    MONTHLY_REPORT_RETURNED = "monthly_report.returned"
    KEY_POST_CHANGED = "key_post.changed"
    SIGNAL_PROPOSED = "signal.proposed"
    ALERT_OPENED = "alert.opened"
    ENDPOINT_FAILING = "endpoint.failing"
    ENDPOINT_RECOVERED = "endpoint.recovered"
    ENDPOINT_DISABLED = "endpoint.disabled"
    DELIVERY_EXHAUSTED = "delivery.exhausted"
    WEBHOOK_TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Told:
    """Where each side reads what an event is about; None: that side is not told.

    `{id}` stands for the subject, `{contract_id}` and `{period}` for those of the event.
    """

    vendor: str | None
    center: str | None

    def url(self, stream: Stream) -> str | None:
        """Give the address for a stream."""
        return self.vendor if stream is Stream.VENDOR else self.center


_MONTH = "/v1/contracts/{contract_id}/assessments/{period}"
_ASSESSMENT = Told("/v1/portal/assessments/{id}", _MONTH)
_FINDING = Told("/v1/portal/findings/{id}", "/v1/contracts/{contract_id}/findings")
_PAYMENT = Told("/v1/portal/contracts/{contract_id}/statement", "/v1/contracts/{contract_id}/payments")
_ENDPOINT = Told("/v1/portal/webhook-endpoints/{id}", None)

TOLD: dict[EventType, Told] = {
    EventType.ASSESSMENT_NOTIFIED: _ASSESSMENT,
    EventType.ASSESSMENT_REVISED: _ASSESSMENT,
    EventType.ACKNOWLEDGEMENT_GIVEN: Told(None, _MONTH),
    EventType.APPEAL_FILED: Told(None, "/v1/appeals/{id}"),
    EventType.APPEAL_DECIDED: Told("/v1/portal/appeals/{id}", "/v1/appeals/{id}"),
    EventType.RECTIFICATION_DUE: Told("/v1/portal/findings/{id}", None),
    EventType.RECTIFICATION_SUBMITTED: Told(None, "/v1/contracts/{contract_id}/findings"),
    EventType.RECTIFICATION_VERIFIED: _FINDING,
    EventType.RECTIFICATION_RETURNED: _FINDING,
    EventType.SETTLEMENT_APPROVED: Told("/v1/portal/settlements/{id}", "/v1/contracts/{contract_id}/settlements/{id}"),
    EventType.PAYOUT_APPROVED: Told("/v1/portal/payouts/{id}", "/v1/contracts/{contract_id}/payouts/{id}"),
    EventType.PAYMENT_RECORDED: _PAYMENT,
    EventType.PAYMENT_VOIDED: _PAYMENT,
    EventType.OBJECTION_FILED: Told(None, "/v1/objections/{id}"),
    EventType.OBJECTION_ANSWERED: Told("/v1/portal/objections/{id}", "/v1/objections/{id}"),
    EventType.MONTHLY_REPORT_SUBMITTED: Told(None, "/v1/contracts/{contract_id}/monthly-reports/{period}"),
    EventType.MONTHLY_REPORT_RETURNED: Told(
        "/v1/portal/contracts/{contract_id}/monthly-reports/{period}",
        "/v1/contracts/{contract_id}/monthly-reports/{period}",
    ),
    EventType.KEY_POST_CHANGED: Told(
        "/v1/portal/contracts/{contract_id}/key-posts", "/v1/contracts/{contract_id}/key-posts"
    ),
    EventType.SIGNAL_PROPOSED: Told(None, "/v1/signals/{id}"),
    EventType.ALERT_OPENED: Told("/v1/portal/due-dates", "/v1/alerts/{id}"),
    EventType.ENDPOINT_FAILING: _ENDPOINT,
    EventType.ENDPOINT_RECOVERED: _ENDPOINT,
    EventType.ENDPOINT_DISABLED: Told("/v1/portal/webhook-endpoints/{id}", "/v1/alerts"),
    EventType.DELIVERY_EXHAUSTED: Told("/v1/portal/webhook-deliveries/{id}", None),
    EventType.WEBHOOK_TEST: _ENDPOINT,
}
"""Every type; a test holds that each address is a route of the served document."""
