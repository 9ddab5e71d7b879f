"""What the revision of duties adds: monthly reports, key posts, objections."""

from tests.recorded.columns import Recorded

DUTIES = Recorded()
