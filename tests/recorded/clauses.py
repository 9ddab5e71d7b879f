"""What the revision of clauses adds: words alone, in columns that older rows have."""

from tests.recorded.columns import Recorded

CLAUSES = Recorded()
