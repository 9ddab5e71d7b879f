"""Answers that show a secret once."""

import pytest

from app.models.words import Role
from tests.accounts import person_body
from tests.office import Office


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nothing_on_the_way_stores_an_answer_with_a_secret(office: Office) -> None:
    """A temporary password at first and after a reset, and tokens of either door."""
    machine = {"principal": "hotline", "role": "auditor", "service_centers": [str(office.center)]}
    made = office.admin.post("/v1/users", person_body("li", Role.SUPERVISOR, office))
    answers = (
        made,
        office.admin.post(f"{made.headers['location']}/password-reset"),
        office.admin.post("/v1/tokens", machine | {"expires_in_days": 30}),
        office.vendor_portal.post("/v1/portal/tokens", {"name": "接口", "expires_in_days": 30}),
    )
    for answer in answers:
        assert (answer.is_success, answer.headers["cache-control"]) == (True, "no-store"), answer.text
