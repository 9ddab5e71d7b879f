"""The ids that addresses and filters name, each with the one that the documentation's examples speak of."""

import uuid
from typing import Annotated

from fastapi import Path, Query

from app.models.payouts import payout_id

CENTER = uuid.UUID("0189a3c2-5e00-7000-8000-00000000c001")
SITE = uuid.UUID("0189a3c2-5e00-7000-8000-000000005001")
VENDOR = uuid.UUID("0189a3c2-5e00-7000-8000-00000000d001")
CONTRACT = uuid.UUID("0189a3c2-5e00-7000-8000-00000000e001")
FINDING = uuid.UUID("0189a3c2-5e00-7000-8000-00000000f001")
TOLD_FINDING = uuid.UUID("0189a3c2-5e00-7000-8000-00000000f002")
ALERT = uuid.UUID("0189a3c2-5e00-7000-8000-00000000a001")
SETTLEMENT = uuid.UUID("0189a3c2-5e00-7000-8000-00000000b001")
ASSESSMENT = uuid.UUID("0189a3c2-5e00-7000-8000-00000000a501")
APPEAL = uuid.UUID("0189a3c2-5e00-7000-8000-00000000a901")
PAYOUT = payout_id(CONTRACT, "2023/prorated_payout")
PAYMENT = uuid.UUID("0189a3c2-5e00-7000-8000-00000000b003")
OBJECTION = uuid.UUID("0189a3c2-5e00-7000-8000-00000000b005")
SIGNAL = uuid.UUID("0189a3c2-5e00-7000-8000-000000001001")
OTHER_SIGNAL = uuid.UUID("0189a3c2-5e00-7000-8000-000000001002")
INCIDENT = uuid.UUID("0189a3c2-5e00-7000-8000-000000001003")
TRIAL = uuid.UUID("0189a3c2-5e00-7000-8000-00000000b004")
EVIDENCE = uuid.UUID("0189a3c2-5e00-7000-8000-000000007001")
DUE_DATE = uuid.UUID("0189a3c2-5e00-7000-8000-00000000dd01")
TOKEN = uuid.UUID("0189a3c2-5e00-7000-8000-000000007101")
ENDPOINT = uuid.UUID("0189a3c2-5e00-7000-8000-00000000b101")
OLD_ENDPOINT = uuid.UUID("0189a3c2-5e00-7000-8000-00000000b105")
DELIVERY = uuid.UUID("0189a3c2-5e00-7000-8000-00000000b102")
EVENT = uuid.UUID("0189a3c2-5e00-7000-8000-00000000b103")
NETWORK = uuid.UUID("0189a3c2-5e00-7000-8000-00000000b104")
USER = uuid.UUID("0189a3c2-5e00-7000-8000-000000007301")
MACHINE_TOKEN = uuid.UUID("0189a3c2-5e00-7000-8000-000000007302")
CHANNEL = uuid.UUID("0189a3c2-5e00-7000-8000-00000000c101")
EVALUATION = uuid.UUID("0189a3c2-5e00-7000-8000-00000000e501")
BUDGET_LINE = uuid.UUID("0189a3c2-5e00-7000-8000-00000000bd01")
OTHER_BUDGET_LINE = uuid.UUID("0189a3c2-5e00-7000-8000-00000000bd02")
EXPENDITURE = uuid.UUID("0189a3c2-5e00-7000-8000-00000000bd03")
PROGRESS_REPORT = uuid.UUID("0189a3c2-5e00-7000-8000-00000000bd04")
"""Stand-ins: a reader puts ids of their own centre in their place."""

CenterId = Annotated[
    uuid.UUID, Path(description="`id` of `GET /v1/service-centers` or `GET /v1/me`.", examples=[CENTER])
]
ContractId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/contracts`.", examples=[CONTRACT])]
FindingId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/findings`.", examples=[FINDING])]
AssessmentId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/portal/assessments`.", examples=[ASSESSMENT])]
AppealId = Annotated[
    uuid.UUID, Path(description="`id` of `GET /v1/appeals` or `GET /v1/portal/appeals`.", examples=[APPEAL])
]
ToldFindingId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/portal/findings`.", examples=[TOLD_FINDING])]
AlertId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/alerts`.", examples=[ALERT])]
SettlementId = Annotated[
    uuid.UUID, Path(description="`id` of `GET /v1/contracts/{contract_id}/settlements`.", examples=[SETTLEMENT])
]
PayoutId = Annotated[
    uuid.UUID, Path(description="`id` of `GET /v1/contracts/{contract_id}/payouts`.", examples=[PAYOUT])
]
PaymentId = Annotated[
    uuid.UUID, Path(description="`id` of `GET /v1/contracts/{contract_id}/payments`.", examples=[PAYMENT])
]
ObjectionId = Annotated[uuid.UUID, Path(description="`id` of the list of objections.", examples=[OBJECTION])]
TrialId = Annotated[
    uuid.UUID,
    Path(description="`id` that `POST /v1/service-centers/{service_center_id}/trials` gave.", examples=[TRIAL]),
]
EvidenceId = Annotated[uuid.UUID, Path(description="`id` that `POST /v1/portal/evidence` gave.", examples=[EVIDENCE])]
DueDateId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/portal/due-dates`.", examples=[DUE_DATE])]
TokenId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/portal/tokens`.", examples=[TOKEN])]
UserId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/users`.", examples=[USER])]
MachineTokenId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/tokens`.", examples=[MACHINE_TOKEN])]
SignalId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/signals`.", examples=[SIGNAL])]
EndpointId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/portal/webhook-endpoints`.", examples=[ENDPOINT])]
OldEndpointId = Annotated[
    uuid.UUID, Path(description="`id` of `GET /v1/portal/webhook-endpoints`.", examples=[OLD_ENDPOINT])
]
DeliveryId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/portal/webhook-deliveries`.", examples=[DELIVERY])]
EventId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/portal/events`.", examples=[EVENT])]
VendorId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/vendors`.", examples=[VENDOR])]
NetworkId = Annotated[
    uuid.UUID, Path(description="`id` of `GET /v1/vendors/{vendor_id}/webhook-networks`.", examples=[NETWORK])
]
ChannelId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/me/channels`.", examples=[CHANNEL])]
EvaluationId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/evaluations`.", examples=[EVALUATION])]
BudgetLineId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/budgets`.", examples=[BUDGET_LINE])]
ExpenditureId = Annotated[uuid.UUID, Path(description="`id` of `GET /v1/expenditures`.", examples=[EXPENDITURE])]
ProgressReportId = Annotated[
    uuid.UUID, Path(description="`id` of `GET /v1/progress-reports`.", examples=[PROGRESS_REPORT])
]

OfCenter = Annotated[uuid.UUID | None, Query(description="Only this service center's.", examples=[CENTER])]
OfContract = Annotated[uuid.UUID | None, Query(description="Only this contract's.", examples=[CONTRACT])]
OfSettlement = Annotated[uuid.UUID | None, Query(description="Only this settlement's.", examples=[SETTLEMENT])]
OfVendor = Annotated[uuid.UUID | None, Query(description="Only this vendor's.", examples=[VENDOR])]
