"""What the revision of evaluations adds."""

from tests.recorded.columns import Recorded

EVALUATIONS = Recorded(rows={})
