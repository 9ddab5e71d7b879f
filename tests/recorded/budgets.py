"""What the revision of budgets adds."""

from tests.recorded.columns import Recorded

BUDGETS = Recorded(rows={})
