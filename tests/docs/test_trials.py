"""The guide to trials: its exchanges are real."""

import pytest

from tests.docs.exchanges import talk
from tests.office import Person


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_exchanges_of_the_guide_answer_as_printed(demo_supervisor: Person) -> None:
    """The demo's invented year, tried as the guide says."""
    assert talk("docs/trials.md", demo_supervisor) > 3
