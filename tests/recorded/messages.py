"""What the revision of messages adds."""

from tests.recorded.columns import Recorded

MESSAGES = Recorded()
