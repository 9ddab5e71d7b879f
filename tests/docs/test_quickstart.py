"""The quickstart runs from top to bottom against a fresh demo, and its answers are the ones it prints."""

from tests.docs.exchanges import talk
from tests.office import Person


def test_every_exchange_answers_as_printed(demo_supervisor: Person) -> None:
    """Each request is sent in turn, with the ids that earlier answers gave."""
    assert talk("docs/quickstart.md", demo_supervisor) > 15
