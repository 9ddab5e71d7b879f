"""What the revision of month metrics adds."""

from tests.recorded.columns import Recorded

MONTH_METRICS = Recorded(rows={})
