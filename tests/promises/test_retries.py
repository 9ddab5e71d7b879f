"""A retried request never acts twice, however many send it at once."""

import uuid
from concurrent.futures import ThreadPoolExecutor

from app.database import Database
from tests.nights import every_row
from tests.office import Office
from tests.promises.conftest import Promise

CALLERS = 20


def test_twenty_callers_with_one_key_have_one_effect_and_twenty_equal_answers(
    office: Office, database: Database, promise: Promise
) -> None:
    """Twenty callers at once with one key: nineteen wait for the first and are given its answer."""
    findings = f"{office.contract()}/findings"
    rounds = promise.size(250, 2)

    def send(key: str, day: str) -> tuple[int, bytes, str | None]:
        body = {"issue_type": "leaving_post", "occurred_on": day}
        answer = office.supervisor.call("POST", findings, json=body, headers={"Idempotency-Key": key})
        return answer.status_code, answer.content, answer.headers.get("location")

    different = 0
    with ThreadPoolExecutor(CALLERS) as pool:
        for number in range(rounds):
            key, day = str(uuid.uuid4()), f"2023-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
            answers = set(pool.map(lambda _, key=key, day=day: send(key, day), range(CALLERS)))
            different += len(answers) - 1
            assert {status for status, *_ in answers} == {201}
    doubles = len(every_row(database)["findings"]) - rounds
    promise.shows(requests=rounds * CALLERS, keys=rounds, doubles=doubles, different_answers=different)
    assert (doubles, different) == (0, 0)
