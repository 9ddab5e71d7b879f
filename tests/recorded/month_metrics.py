"""What the revision of month metrics adds: since when a month had figures of which codes, and the words for it."""

from datetime import date

from tests.recorded.columns import LATER, NOW, OWNER, VENDOR, Recorded, id_

_MADE = {**OWNER, "vendor_id": VENDOR, "period": "2023-01"}

MONTH_METRICS = Recorded(
    rows={
        "month_metric_codes": [
            {
                "id": id_(900),
                **_MADE,
                "number": 1,
                "codes": '["cases_handled","satisfaction_on_site"]',
                "recorded_on": date(2023, 2, 3),
                "recorded_at": NOW,
            },
            {
                "id": id_(901),
                **_MADE,
                "number": 2,
                "codes": "[]",
                "recorded_on": date(2023, 2, 9),
                "recorded_at": LATER,
            },
        ]
    }
)
