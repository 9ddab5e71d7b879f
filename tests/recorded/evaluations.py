"""What the revision of evaluations adds: a project's year, evaluated, in its versions."""

from tests.recorded.columns import CENTER, CONTRACT, LATER, NOW, ODD, STAMPS, Recorded, id_

EVALUATIONS = Recorded(
    rows={
        "evaluations": [
            {
                "id": id_(861),
                "service_center_id": CENTER,
                "contract_id": CONTRACT,
                "year": 2023,
                "kind": "self_evaluation",
                "title": ODD,
                "status": "final",
                "finalised_on": LATER.date(),
                "version": 2,
                **STAMPS,
            },
            {
                "id": id_(862),
                "service_center_id": CENTER,
                "year": 2023,
                "kind": "scored_report",
                "title": "综合窗口",
                "status": "draft",
                "version": 1,
                **STAMPS,
            },
        ],
        "evaluation_versions": [
            {
                "id": id_(863),
                "evaluation_id": id_(861),
                "number": 2,
                "template": "national",
                "document": '{"indicators":[],"project":"综合窗口"}',
                "finalised": True,
                "frozen": '{"actuals":{},"days":{}}',
                "total": "2172/25",
                "grade": "良",
                "reason": ODD,
                "recorded_by": "李主管",
                "recorded_at": LATER,
            },
            {
                "id": id_(864),
                "evaluation_id": id_(862),
                "number": 1,
                "template": "national",
                "document": "{}",
                "finalised": False,
                "recorded_by": "李主管",
                "recorded_at": NOW,
            },
        ],
    }
)
