"""The guide to budgets prints what the demo answers."""

import pytest

from tests.docs.exchanges import talk
from tests.office import Person


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_exchanges_of_the_guide_answer_as_printed(demo_supervisor: Person) -> None:
    assert talk("docs/budgets.md", demo_supervisor) == 3
