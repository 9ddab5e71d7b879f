"""What the revision of signals adds: complaints from other systems."""

from typing import Any

from tests.recorded.columns import CENTER, CONTRACT, ISSUE, LATER, NOW, ODD, PERSON, STAMPS, Recorded, id_

_SENT: dict[str, Any] = {
    "service_center_id": CENTER,
    "principal_id": PERSON,
    "source": "12345",
    "occurred_at": NOW,
    "occurred_on": NOW.date(),
    "period": "2023-03",
    "matches": "{}",
    "grouped": '{"code":"first_of_incident"}',
    "version": 1,
    **STAMPS,
}

SIGNALS = Recorded(
    rows={
        "incidents": [
            {
                "id": id_(801),
                "service_center_id": CENTER,
                "status": "accepted",
                "by_hand": True,
                "dismissed_by": "李主管",
                "dismissed_reason": ODD,
                "dismissed_at": NOW,
                **STAMPS,
            },
            {"id": id_(802), "service_center_id": CENTER, "status": "proposed", "by_hand": False, **STAMPS},
        ],
        "incident_findings": [
            {"incident_id": id_(801), "finding_id": id_(170), "accepted_by": "李主管", "accepted_at": LATER}
        ],
        "signals": [
            {
                **_SENT,
                "id": id_(803),
                "external_ref": "T-1",
                "stated": '{"category":"离岗","counter":"A-07","issue_type":null}',
                "text": ODD,
                "rating": 1,
                "counter": "A-07",
                "issue_type_id": ISSUE,
                "contract_id": CONTRACT,
                "incident_id": id_(801),
                "status": "accepted",
            },
            {
                **_SENT,
                "id": id_(804),
                "external_ref": "T-2",
                "stated": "{}",
                "incident_id": id_(802),
                "status": "proposed",
            },
        ],
    }
)
