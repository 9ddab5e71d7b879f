"""What the revision of messages adds: channels, wishes, days of reminders, messages, what there is to tell."""

from datetime import date

from tests.recorded.columns import CENTER, LATER, NOW, ODD, PERSON, Recorded, id_

_CHANNEL, _REMOVED = id_(830), id_(831)
_MESSAGE = {
    "principal_id": PERSON,
    "channel_id": _CHANNEL,
    "kind": "digest",
    "service_centers": f'["{CENTER}"]',
    "subject": "考核提醒：新增预警1条",
    "body": ODD,
    "created_at": NOW,
}

MESSAGES = Recorded(
    rows={
        "message_channels": [
            {
                "id": _CHANNEL,
                "principal_id": PERSON,
                "kind": "dingtalk",
                "name": "办公室群",
                "hint": "…9f3c",
                "sealed": "gAAAAAB",
                "created_at": NOW,
            },
            {
                "id": _REMOVED,
                "principal_id": PERSON,
                "kind": "email",
                "name": "邮箱",
                "hint": "l…@office.example",
                "sealed": "gAAAAAC",
                "created_at": NOW,
                "removed_at": LATER,
            },
        ],
        "message_settings": [
            {"principal_id": PERSON, "digest": True, "reminders": False, "version": 2, "updated_at": LATER}
        ],
        "reminder_days": [{"service_center_id": CENTER, "days": "[7,3,1]", "version": 2, "updated_at": LATER}],
        "messages": [
            _MESSAGE
            | {
                "id": id_(832),
                "business_date": date(2023, 3, 27),
                "status": "failed",
                "attempts": 1,
                "next_attempt_at": LATER,
                "last_error": "timeout",
            },
            _MESSAGE
            | {
                "id": id_(833),
                "business_date": date(2023, 3, 28),
                "status": "sending",
                "attempts": 1,
                "claimed_until": LATER,
            },
            _MESSAGE
            | {
                "id": id_(834),
                "business_date": date(2023, 3, 29),
                "status": "sent",
                "attempts": 2,
                "sent_at": LATER,
            },
        ],
        "alert_notes": [
            {
                "alert_id": id_(150),
                "is_open": False,
                "severity": "warning",
                "news": "resolved",
                "noted_on": date(2023, 3, 27),
            },
            {"alert_id": id_(151), "is_open": True, "severity": "warning", "noted_on": date(2023, 3, 27)},
        ],
        "message_nights": [{"business_date": date(2023, 3, 27), "written_at": NOW}],
    }
)
