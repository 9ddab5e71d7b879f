"""What the revision of access log adds."""

from tests.recorded.columns import CENTER, CONTRACT, LATER, NOW, PERSON, VENDOR, Recorded, id_

ACCESS_LOG = Recorded(
    rows={
        "access_log": [
            {
                "id": id_(831),
                "occurred_at": NOW,
                "kind": "read",
                "principal_id": PERSON,
                "principal": "李主管",
                "role": "supervisor",
                "vendor_id": VENDOR,
                "service_center_id": CENTER,
                "method": "GET",
                "route": "/v1/contracts/{contract_id}",
                "subjects": f'{{"contract_id":"{CONTRACT}"}}',
                "status": 200,
                "times": 1,
                "request_id": str(id_(832)),
                "address": "192.0.2.7",
                "code": "not-found",
                "digested_on": NOW.date(),
            },
            {
                "id": id_(833),
                "occurred_at": LATER,
                "kind": "refusal",
                "method": "GET",
                "route": "/v1/contracts",
                "subjects": "{}",
                "status": 401,
                "times": 7,
            },
        ],
    },
)
