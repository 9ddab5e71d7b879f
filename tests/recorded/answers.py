"""What the revision of answers adds: acknowledgements, appeals by line, rectifications."""

from tests.recorded.columns import Recorded

ANSWERS = Recorded()
