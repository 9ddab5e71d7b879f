"""What the revision of events adds: streams, and what a token is called and may do."""

import uuid

from tests.recorded.columns import CENTER, CONTRACT, LATER, NOW, VENDOR, Recorded, Row, id_


def _event(number: int, stream: str, stream_id: uuid.UUID, **more: object) -> Row:
    body = '{"data":{"id":"x"},"timestamp":"2023-03-26T01:02:03.456Z","type":"assessment.notified"}'
    return {
        "id": id_(number),
        "stream": stream,
        "stream_id": stream_id,
        "sequence": 1,
        "service_center_id": CENTER,
        "type": "assessment.notified",
        "key": "assessment.notified/x/1",
        "body": body,
        "recorded_at": NOW,
        **more,
    }


EVENTS = Recorded(
    columns={
        "tokens": [
            {"scopes": '["signals:write"]', "name": "投诉平台", "last_used_at": LATER},
            {"scopes": None, "name": None, "last_used_at": None},
        ],
    },
    rows={
        "event_heads": [{"stream_id": CENTER, "number": 1}, {"stream_id": VENDOR, "number": 1}],
        "events": [
            _event(500, "vendor", VENDOR, vendor_id=VENDOR, contract_id=CONTRACT, fanned_out_at=LATER),
            _event(501, "center", CENTER),
        ],
    },
)
