"""What the revision of webhooks adds: endpoints, secrets, networks, deliveries, attempts."""

from tests.recorded.columns import CENTER, LATER, NOW, ODD, STAMPS, VENDOR, Recorded, id_

_OWNER = {"service_center_id": CENTER, "vendor_id": VENDOR}
_ENDPOINT, _GONE, _DELIVERY, _WAITING = id_(510), id_(511), id_(530), id_(531)

WEBHOOKS = Recorded(
    rows={
        "webhook_endpoints": [
            {
                "id": _ENDPOINT,
                **_OWNER,
                "url": "https://vendor.example/kaohe",
                "description": ODD,
                "event_types": '["assessment.notified"]',
                "status": "disabled",
                "disabled_because": "failing",
                "disabled_at": LATER,
                "version": 2,
                **STAMPS,
            },
            {
                "id": _GONE,
                **_OWNER,
                "url": "https://vendor.example/2",
                "status": "enabled",
                "version": 1,
                **STAMPS,
            },
        ],
        "endpoint_health": [
            {
                "endpoint_id": _ENDPOINT,
                "verified_at": NOW,
                "failing_since": NOW,
                "last_failed_at": LATER,
                "last_succeeded_at": NOW,
                "runs": 1,
            },
            {"endpoint_id": _GONE, "runs": 0},
        ],
        "webhook_secrets": [
            {"id": id_(512), "endpoint_id": _ENDPOINT, "sealed": "c2VhbGVk", "created_at": NOW, "expires_at": LATER},
            {"id": id_(513), "endpoint_id": _ENDPOINT, "sealed": "b3BlbmVk", "created_at": LATER},
        ],
        "webhook_networks": [
            {
                "id": id_(520),
                **_OWNER,
                "cidr": "10.20.0.0/16",
                "reason": ODD,
                "added_by": "管理员",
                "added_at": NOW,
                "removed_at": LATER,
                "removed_by": "管理员",
            },
            {
                "id": id_(521),
                **_OWNER,
                "cidr": "fd00::/64",
                "reason": "政务外网",
                "added_by": "管理员",
                "added_at": NOW,
            },
        ],
        "webhook_deliveries": [
            {
                "id": _DELIVERY,
                "endpoint_id": _ENDPOINT,
                "event_id": id_(500),
                "vendor_id": VENDOR,
                "status": "delivered",
                "attempts": 1,
                "step": 0,
                "claimed_until": LATER,
                "created_at": NOW,
                "finished_at": LATER,
            },
            {
                "id": _WAITING,
                "endpoint_id": _GONE,
                "event_id": id_(500),
                "vendor_id": VENDOR,
                "status": "pending",
                "attempts": 0,
                "step": 0,
                "next_attempt_at": LATER,
                "created_at": NOW,
            },
        ],
        "webhook_attempts": [
            {
                "id": id_(540),
                "delivery_id": _DELIVERY,
                "number": 1,
                "started_at": NOW,
                "finished_at": LATER,
                "outcome": "failed",
                "status_code": 500,
                "error": "status",
                "answer": ODD,
                "next_attempt_at": LATER,
            },
            {"id": id_(541), "delivery_id": _WAITING, "number": 1, "started_at": NOW},
        ],
    },
)
