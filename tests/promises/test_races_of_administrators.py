"""Two who take rights away at once: one wins, and a service center keeps its administrator; naive code loses both."""

import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session

from app.database import Database
from app.features.access import machine_token_queries, rights, rights_queries, user_queries
from app.models import Principal, User
from app.models.words import Role
from tests.accounts import administrator, changed, made, settled, speaking
from tests.office import Office, Person
from tests.planted import looking_together, racing, statement_by_statement
from tests.promises.conftest import Promise

Rivals = tuple[Callable[[], int], Callable[[], int]]
"""What the two do, each giving the status of the answer."""


def _each_other(office: Office) -> tuple[Rivals, Callable[[], None]]:
    """Have the only two administrators demote each other; gives that, and how both are made administrators again."""
    names = ("an", "bo")
    people = [made(office.admin, name, Role.ADMIN, office) for name in names]
    settled(office, *names)
    an, bo = (speaking(office, name) for name in names)
    demoted, restored = changed("x", Role.AUDITOR, office), changed("x", Role.ADMIN, office)

    def restore() -> None:
        for person in people:
            office.admin.put(person, restored).raise_for_status()

    def act(by: Person, whom: str) -> Callable[[], int]:
        return lambda: by.put(whom, demoted).status_code

    return (act(an, people[1]), act(bo, people[0])), restore


def _the_last_two(office: Office) -> tuple[Rivals, Callable[[], None]]:
    """Have two machines disable one of the last two administrators each; gives that, and how they are enabled again."""
    people = [made(office.admin, name, Role.ADMIN, office) for name in ("an", "bo")]
    settled(office, "an", "bo")

    def restore() -> None:
        for person in people:
            if office.admin.get(person).json()["disabled_at"] is not None:
                office.admin.post(f"{person}/enabling").raise_for_status()

    def act(by: Person, whom: str) -> Callable[[], int]:
        return lambda: by.post(f"{whom}/disabling", {"reason": "已调离"}).status_code

    machines = (administrator(office, "robot-1"), administrator(office, "robot-2"))
    return (act(machines[0], people[0]), act(machines[1], people[1])), restore


def _a_third_token(office: Office) -> tuple[Rivals, Callable[[], None]]:
    """Have two administrators issue the second token of a machine; gives that, and how it has one again."""
    body = {
        "principal": "hotline",
        "role": "auditor",
        "service_centers": [str(office.center)],
        "expires_in_days": 30,
    }
    office.admin.post("/v1/tokens", body).raise_for_status()

    def restore() -> None:
        for token in office.admin.items("/v1/tokens", principal="hotline", live=True)[1:]:
            office.admin.post(f"/v1/tokens/{token['id']}/revocation").raise_for_status()

    def act(by: Person) -> Callable[[], int]:
        return lambda: by.post("/v1/tokens", body).status_code

    return (act(office.admin), act(administrator(office, "robot-1"))), restore


RACES = {"demoting each other": _each_other, "disabling the last two": _the_last_two, "a third token": _a_third_token}


def _race(office: Office, race: str, rounds: int) -> tuple[int, int]:
    """Let the two act at once, round by round; gives the rounds in which both succeeded, and those in which one did."""
    barrier = threading.Barrier(2)
    rivals, restore = RACES[race](office)
    doubles = singles = 0

    def act(one: Callable[[], int]) -> int:
        barrier.wait()
        return one()

    with ThreadPoolExecutor(2) as pool:
        for _ in range(rounds):
            with racing():
                answers = list(pool.map(act, rivals))
            assert set(answers) <= {200, 201, 403, 409, 503}, answers
            succeeded = sum(status < 300 for status in answers)
            doubles, singles = doubles + (succeeded == 2), singles + (succeeded == 1)
            restore()
    return doubles, singles


@pytest.mark.parametrize("race", RACES)
def test_of_two_who_take_rights_away_at_once_one_wins(office: Office, promise: Promise, race: str) -> None:
    """Two demote each other, disable the last two, issue a third token: one succeeds, the other is refused."""
    rounds = promise.size(200, 4)
    doubles, singles = _race(office, race, rounds)
    promise.shows(rounds=rounds, doubles=doubles)
    assert (doubles, singles) == (0, rounds)


@pytest.mark.parametrize("race", RACES)
def test_the_race_is_lost_by_code_that_looks_and_then_acts(
    office: Office, database: Database, promise: Promise, race: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same race against a planted naive version finds doubles: without them it would show nothing."""
    _plant(monkeypatch, database)
    rounds = promise.size(20, 2)
    doubles, _ = _race(office, race, rounds)
    promise.shows(rounds=rounds, doubles=doubles)
    assert doubles > 0


def _plant(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    """Put in what one would write first: statements one by one, nothing held, everything looked up before the act."""

    def unheld(session: Session, user_id: object) -> tuple[Principal, User]:
        return session.get_one(Principal, user_id), session.get_one(User, user_id)

    def hold_nothing(_session: Session, _centers: Collection[object]) -> None:
        """Let both go on."""

    monkeypatch.setattr(Database, "write", statement_by_statement(database))
    monkeypatch.setattr(rights_queries, "hold_centers", hold_nothing)
    monkeypatch.setattr(user_queries, "hold", unheld)
    for module, name in (
        (rights_queries, "administered"),
        (rights_queries, "administered_by_others"),
        (machine_token_queries, "live_tokens"),
    ):
        monkeypatch.setattr(module, name, looking_together(getattr(module, name)))
    # The heads of the audit's chains would make one wait for the other by themselves.
    monkeypatch.setattr(rights, "append", lambda *_: None)
