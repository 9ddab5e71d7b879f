"""What the revision of answers adds: acknowledgements, appeals by line, rectifications."""

from datetime import date

from tests.recorded.columns import (
    BARE_MONTH,
    CENTER,
    CONTRACT,
    LATER,
    MONTH,
    NOW,
    ODD,
    OWNER,
    PERSON,
    VENDOR,
    Recorded,
    Row,
    id_,
)

_FILED = id_(600)
_OWED = {**OWNER, "vendor_id": VENDOR}
_FINDING = id_(170)


def _line(number: int, about: str, subject: str, **decided: object) -> Row:
    return {
        "id": id_(610 + number),
        "appeal_id": _FILED,
        "assessment_id": MONTH,
        "against_revision": 1,
        "number": number,
        "about": about,
        "subject": subject,
        "grounds": ODD,
        "asked": "撤销扣分",
        **decided,
    }


def _submission(number: int, **judged: object) -> Row:
    return {
        "id": id_(620 + number),
        **_OWED,
        "finding_id": _FINDING,
        "number": number,
        "description": ODD,
        "submitted_on": date(2023, 4, 3),
        "submitted_at": NOW,
        "submitted_by": "vendor",
        "submitted_by_id": PERSON,
        **judged,
    }


ANSWERS = Recorded(
    columns={
        "assessments": [
            {"assessed_by_id": PERSON, "finalized_by_id": PERSON},
            {"assessed_by_id": None, "finalized_by_id": None},
        ],
        "due_dates": [{"stated": True}, {"stated": None}, {"stated": None}, {"stated": None}],
        "appeals": [
            {"filed_by": None, "filed_by_id": None, "decided_by_id": PERSON, "decided_at": LATER},
            {"filed_by": None, "filed_by_id": None, "decided_by_id": None, "decided_at": None},
        ],
    },
    rows={
        "acknowledgements": [
            {
                "id": id_(590 + number),
                **_OWED,
                "assessment_id": month,
                "revision": number,
                "acknowledged_at": NOW,
                "acknowledged_by": "vendor",
                "acknowledged_by_id": PERSON,
                "deemed_on": deemed_on,
            }
            for number, (month, deemed_on) in enumerate(((MONTH, date(2023, 3, 29)), (BARE_MONTH, None)))
        ],
        "appeals": [
            {
                "id": _FILED,
                "service_center_id": CENTER,
                "contract_id": CONTRACT,
                "assessment_id": MONTH,
                "against_revision": 1,
                "appealed_on": date(2023, 3, 28),
                "filed_by": "vendor",
                "filed_by_id": PERSON,
                "recorded_at": NOW,
            }
        ],
        "appeal_lines": [
            _line(1, "criterion", "criterion/Z", outcome="rejected", reason=ODD),
            _line(2, "score", "score"),
        ],
        "rectifications": [
            _submission(
                1,
                due_on=date(2023, 4, 3),
                outcome="returned",
                reason=ODD,
                next_due_on=date(2023, 4, 10),
                judged_on=date(2023, 4, 4),
                judged_at=LATER,
                judged_by="li",
                judged_by_id=PERSON,
            ),
            _submission(2),
        ],
    },
)
