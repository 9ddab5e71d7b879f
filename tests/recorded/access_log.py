"""What the revision of access log adds."""

from tests.recorded.columns import Recorded

ACCESS_LOG = Recorded()
