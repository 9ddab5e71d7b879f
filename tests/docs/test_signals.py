"""The guide to signals: its exchanges are real."""

import pytest
import time_machine

from app.database import Database
from app.features.parties import service as parties
from tests.docs.exchanges import talk
from tests.office import Office


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_exchanges_of_the_guide_answer_as_printed(office: Office, database: Database) -> None:
    """One incident by three channels, at a centre with a contract and a counter."""
    with time_machine.travel("2023-02-15T04:00:00Z", tick=False):
        office.contract()
        with database.write() as session:
            hall = parties.create_site(session, office.clerk, office.center, "H1", "一号大厅")
            parties.create_counter(session, office.clerk, office.center, hall, "A-07", "综合窗口")
        assert talk("docs/signals.md", office.supervisor) > 5
