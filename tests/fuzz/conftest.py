"""What the tests of the documented service center ask for."""

import pytest

from tests.fuzz.house import House
from tests.fuzz.houses import Houses
from tests.promises.conftest import promise, pytest_runtest_makereport

__all__ = ["house", "promise", "pytest_runtest_makereport"]


@pytest.fixture
def house(houses: Houses, dialect: str) -> House:
    """Give the house on the test's database."""
    return houses(dialect)
