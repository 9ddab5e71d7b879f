"""What the revision of duties adds: monthly reports, key posts, objections."""

from datetime import date

from tests.recorded.columns import LATER, NOW, ODD, OWNER, PERSON, STAMPS, VENDOR, Recorded, id_

_MADE = {**OWNER, "vendor_id": VENDOR}
_SETTLEMENT, _PAYOUT = id_(300), id_(302)
_FILED = {"grounds": ODD, "filed_on": date(2023, 4, 13), "filed_by": "供应商"}

DUTIES = Recorded(
    rows={
        "monthly_reports": [
            {
                "id": id_(800 + number),
                **_MADE,
                "period": "2023-01",
                "number": number,
                "summary": ODD,
                "figures": figures,
                "submitted_on": date(2023, 2, 3 + number),
                "submitted_by": "供应商",
                "recorded_at": NOW,
            }
            for number, figures in ((1, '[{"code":"cases_handled","value":"1200.50"}]'), (2, "[]"))
        ],
        "monthly_report_returns": [
            {
                "id": id_(810),
                **_MADE,
                "period": "2023-01",
                "number": 1,
                "reason": "缺少在岗人数",
                "returned_on": date(2023, 2, 5),
                "returned_by": "李监督",
                "recorded_at": NOW,
            }
        ],
        "key_post_facts": [
            {
                "id": id_(820),
                **_MADE,
                "number": 1,
                "post": "project_manager",
                "happened_on": date(2023, 1, 9),
                "holder": "S-017",
                "note": ODD,
                "recorded_by": "供应商",
                "recorded_at": NOW,
            },
            {
                "id": id_(821),
                **_MADE,
                "number": 2,
                "post": "project_manager",
                "happened_on": date(2023, 3, 1),
                "recorded_by": "李监督",
                "recorded_at": LATER,
            },
        ],
        "objections": [
            {
                "id": id_(830),
                **_MADE,
                "settlement_id": _SETTLEMENT,
                "line": 1,
                **_FILED,
                "state": "accepted",
                "answered_on": date(2023, 4, 20),
                "answered_by": "李监督",
                "answered_by_id": PERSON,
                "reason": "扣款有误",
                "remedy": "revision",
                "remedy_period": "2023-02",
                "version": 2,
                **STAMPS,
            },
            {"id": id_(831), **_MADE, "payout_id": _PAYOUT, **_FILED, "state": "filed", "version": 1, **STAMPS},
        ],
    },
)
