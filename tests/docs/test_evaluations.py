"""A year's evaluation, from nothing to its final version, over HTTP only."""

import pytest

from tests.docs.exchanges import talk
from tests.office import Person


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_exchange_answers_as_printed(demo_supervisor: Person) -> None:
    """Each request is sent in turn, with the ids that earlier answers gave."""
    assert talk("docs/evaluations.md", demo_supervisor) > 11
