"""Nobody comes in without a valid token, and none stays valid for ever."""

import pytest
import time_machine
from sqlalchemy import update
from sqlmodel import col

from app.clock import now
from app.database import Database
from app.features.access import service as access
from app.features.access import tokens
from app.features.audit.actor import OPERATOR
from app.models import Token
from tests.api.access.crossing import as_of_nothing
from tests.api.access.holdings import NOWHERE
from tests.api.access.sent import REQUESTS
from tests.api.access.town import Town
from tests.api.asking import expect_problem, filled
from tests.client import Client
from tests.nights import every_row
from tests.office import Person

TOKENS: dict[str, dict[bytes, bytes]] = {
    "no token": {},
    "no bearer": {b"Authorization": b"Basic YWRtaW46YWRtaW4="},
    "a bearer of nothing": {b"Authorization": b"Bearer "},
    "not one of ours": {b"Authorization": b"Bearer open-sesame"},
    "well formed but unknown": {b"Authorization": b"Bearer " + tokens.mint().encode()},
    "not in ASCII": {b"Authorization": "Bearer kaohe_考核".encode()},
}


@pytest.mark.parametrize("headers", TOKENS.values(), ids=TOKENS.keys())
def test_no_route_answers_without_a_valid_token(
    database: Database, town: Town, client: Client, headers: dict[bytes, bytes]
) -> None:
    """Every route asks who is calling before it looks at anything else, and changes nothing."""
    before = every_row(database)
    for (method, path), sent in REQUESTS.items():
        answer = client.request(method, town.own.path(path), headers=headers, json=filled(sent.body, town.own.ids))
        expect_problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert every_row(database) == before


def test_nobody_learns_what_there_is(town: Town, client: Client) -> None:
    """Without a token, an id of nothing and a center's own id are refused alike."""
    for method, path in REQUESTS:
        answers = [client.request(method, of.path(path)) for of in (town.own, NOWHERE)]
        assert [answer.status_code for answer in answers] == [401, 401], (method, path)
        own, nothing = (as_of_nothing(answer, town.own) for answer in answers)
        assert own == nothing, (method, path)


def test_a_token_ends_with_its_day(database: Database, town: Town) -> None:
    """A token of thirty days is good for thirty days."""
    with database.write() as session, time_machine.travel("2023-06-01T00:00:00Z", tick=False):
        person = Person(town.office.client, access.issue_token(session, OPERATOR, "supervisor-XA", days=30))
    with time_machine.travel("2023-06-30T23:59:59Z", tick=False):
        assert person.get("/v1/me").status_code == 200
    with time_machine.travel("2023-07-01T00:00:00Z", tick=False):
        problem = expect_problem(person.get("/v1/me"), 401, "unauthenticated")
    assert "expired" in problem["detail"]


def test_a_revoked_token_opens_nothing(database: Database, town: Town) -> None:
    """What is revoked is refused at once, everybody else's token stays good."""
    person = town.office.supervisor
    assert person.get("/v1/me").status_code == 200
    with database.write() as session:
        mine = col(Token.token_hash) == tokens.hashed(person.token)
        session.execute(update(Token).where(mine).values(revoked_at=now()))
    problem = expect_problem(person.get("/v1/me"), 401, "unauthenticated")
    assert "revoked" in problem["detail"]
    assert town.office.admin.get("/v1/me").status_code == 200
