"""What the revision of evidence adds: files by their hash."""

from tests.recorded.columns import Recorded

EVIDENCE = Recorded()
