"""What the revision of trials adds: its working table."""

from typing import Any

from tests.recorded.columns import CENTER, LATER, NOW, Recorded, id_

_ASKED: dict[str, Any] = {
    "service_center_id": CENTER,
    "asked_by": "王会计",
    "request": '{"changes":[]}',
    "contracts_all": 2,
    "heartbeat_at": NOW,
    "created_at": NOW,
}

TRIALS = Recorded(
    rows={
        "trials": [
            {
                **_ASKED,
                "id": id_(901),
                "status": "done",
                "contracts_done": 2,
                "result": '{"contracts":[]}',
                "error": "没有",
                "finished_at": LATER,
            },
            {**_ASKED, "id": id_(902), "status": "queued", "contracts_done": 0},
        ]
    }
)
