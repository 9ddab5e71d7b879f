"""What facts added: metrics of months, decisions on open shares, days, levels and posts of findings."""

from datetime import date

from tests.recorded.columns import CONTRACT, NOW, ODD, OWNER, PERSON, STAMPS, TERMS, VENDOR, Recorded, id_

_MADE = {**OWNER, "vendor_id": VENDOR}

FACTS = Recorded(
    columns={
        "findings": [
            {"until": date(2023, 1, 31), "level": "serious", "unrectified": True, "post": "window_chief"},
            {"until": None, "level": None, "unrectified": None, "post": None},
        ]
    },
    rows={
        "month_metrics": [
            {
                "id": id_(400),
                **_MADE,
                "period": "2023-01",
                "figures": '[{"code":"satisfaction_rate","site":null,"value":"0.2450"},'
                '{"code":"head_count","site":"H-1","value":"45"}]',
                "note": ODD,
                "version": 2,
                **STAMPS,
            },
            {"id": id_(401), **_MADE, "period": "2023-02", "figures": "[]", "version": 1, **STAMPS},
        ],
        "clause_decisions": [
            {
                "id": id_(410 + number),
                **_MADE,
                "contract_id": CONTRACT,
                "number": number,
                "period": "2023-01",
                "clause": "/money/0",
                "terms_version_id": TERMS,
                "share": share,
                "reason": "连续两月低于七十分",
                "reference": '{"clause":"第三条","document":"会议纪要"}',
                "decided_on": date(2023, 2, 20),
                "recorded_by": "李监督",
                "recorded_by_id": PERSON,
                "recorded_at": NOW,
            }
            for number, share in ((1, "0.50"), (2, "0"))
        ],
    },
)
