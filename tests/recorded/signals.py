"""What the revision of signals adds: complaints from other systems."""

from tests.recorded.columns import Recorded

SIGNALS = Recorded()
