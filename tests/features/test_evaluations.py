"""An evaluation from its draft to its final version and back: every version stays, and nobody overwrites another."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
import time_machine

from app.database import Database
from app.features.audit.verify import verify_database
from app.features.evaluations import finishing, service
from app.features.evaluations.reading import Reading
from app.rules.faults import Fault
from tests.api.asking import expect_problem, last_part
from tests.office import Office

EVALUATIONS = "/v1/evaluations"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    """Keep the clock in the month after the year of service."""
    with time_machine.travel("2024-01-20T04:00:00Z", tick=False):
        yield


def leaf(name: str, weight: str, **measure: Any) -> dict[str, Any]:
    """Give a row that is measured."""
    return {"name": name, "weight": weight, "measure": measure}


def handled(actual: str | None = "54000件", weight: str = "60", **more: Any) -> dict[str, Any]:
    """Give the row of the cases handled, in proportion to their target."""
    row = leaf("受理件数", weight, nature="at_least", target="60000件", method={"kind": "proportional"}, **more)
    return row | {"measure": row["measure"] | ({"actual": actual} if actual else {})}


def table(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Give a document; without rows it has two, whose weights come to 100."""
    met = leaf("满意度", "40", nature="at_least", target="95%", actual="97.2%", method={"kind": "all_or_nothing"})
    return {"project": "综合窗口外包服务", "indicators": list(rows) or [handled(), met]} | more


def drafted(office: Office, document: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Draft an evaluation and give it as it is answered."""
    body = {"service_center_id": str(office.center), "year": 2023, "title": "综合窗口", "template": "national"}
    answer = office.supervisor.post(EVALUATIONS, body | {"document": document or table()} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def put(office: Office, found: dict[str, Any], document: dict[str, Any], **more: Any) -> Any:  # noqa: ANN401 a response
    """Change an evaluation as it was read."""
    headers = {"If-Match": f'"{found["version"]}"'}
    body = {"template": "national", "document": document, **more}
    return office.supervisor.call("PUT", f"{EVALUATIONS}/{found['id']}", json=body, headers=headers)


def test_a_draft_is_computed_made_final_and_revised(office: Office, database: Database) -> None:
    """54000 of 60000 earn 54 of 60, with 40 for satisfaction 94; a final one is changed with a reason alone."""
    found = drafted(office)
    assert (found["total"], found["grade"], found["weight"], found["rate"]) == ("94.00", "优", "100.00", "94.00")
    row = found["indicators"][0]
    assert (row["score"], row["rate"], row["met"], row["completion"]) == ("54.00", "90.00", False, "0.9")
    path = f"{EVALUATIONS}/{found['id']}"
    final = office.supervisor.post(f"{path}/finalization", {}).json()
    assert (final["status"], final["finalised_on"], final["version"]) == ("final", "2024-01-20", 2)
    (listed,) = office.auditor.items(EVALUATIONS, year=2023, status="final", kind="self_evaluation")
    assert (listed["total"], listed["grade"]) == ("94.00", "优")
    better = table(handled("57000件"), table()["indicators"][1])
    expect_problem(put(office, final, better), 409, "evaluation-final", "/reason")
    revised = put(office, final, better, reason="漏计延时受理件").json()
    assert (revised["status"], revised["total"], revised["version"], revised["reason"]) == (
        "draft",
        "97.00",
        3,
        "漏计延时受理件",
    )
    versions = office.finance.items(f"{path}/versions")
    assert [(one["number"], one["finalised"], one["total"]) for one in versions] == [
        (1, False, None),
        (2, True, "94.00"),
        (3, False, None),
    ]
    assert versions[1]["document"] == found["document"] != versions[2]["document"]
    with database.read() as session:
        assert verify_database(session, {}).bad == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_another_centers_is_not_there_and_two_editors_do_not_overwrite_each_other(
    office: Office, database: Database
) -> None:
    """404 for whoever is of another center; 412 for who has read an older version."""
    found = drafted(office)
    elsewhere = Office(database, office.client, "XB")
    path = f"{EVALUATIONS}/{found['id']}"
    for answer in (elsewhere.supervisor.get(path), elsewhere.supervisor.get(f"{path}/versions")):
        expect_problem(answer, 404, "not-found", "/path/evaluation_id")
    assert elsewhere.supervisor.items(EVALUATIONS) == []
    body = {"service_center_id": str(office.center), "year": 2023, "title": "别处", "template": "national"}
    expect_problem(elsewhere.supervisor.post(EVALUATIONS, body | {"document": table()}), 404, "not-found")
    assert put(office, found, table(handled("60000件", "100"))).json()["total"] == "100.00"
    expect_problem(put(office, found, table()), 412, "precondition-failed", "/header/If-Match")
    again = {**body, "title": "综合窗口", "document": table()}
    expect_problem(office.supervisor.post(EVALUATIONS, again), 409, "evaluation-exists", "/title")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_cannot_be_computed_is_not_made_final(office: Office) -> None:
    """A row without points and weights that do not come to 100 are named; other checks do not stand in the way."""
    found = drafted(office, table(handled(None, "50")))
    answer = office.supervisor.post(f"{EVALUATIONS}/{found['id']}/finalization", {})
    problem = expect_problem(answer, 409, "evaluation-incomplete")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [
        ("/document/indicators", "weights-do-not-sum"),
        ("/document/indicators/0", "no-score"),
    ]
    later = {"finalised_on": "2024-01-21"}
    answer = office.supervisor.post(f"{EVALUATIONS}/{found['id']}/finalization", later)
    expect_problem(answer, 422, "validation-error", "/finalised_on", "date-in-future")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_wrong_document_is_refused_by_its_places(office: Office) -> None:
    """Nothing is stored of what names an unknown template, or binds an actual to nothing."""
    bound = leaf("平均得分", "100", nature="at_least", target="90分", binding={"source": "mean_monthly_score"})
    body = {"service_center_id": str(office.center), "year": 2023, "title": "综合窗口", "template": "national"}
    answer = office.supervisor.post(EVALUATIONS, body | {"template": "nowhere", "document": table()})
    expect_problem(answer, 422, "validation-error", "/template", "unknown-template")
    answer = office.supervisor.post(EVALUATIONS, body | {"document": table(bound)})
    expect_problem(answer, 422, "validation-error", "/document/indicators/0/measure/binding", "no-contract")
    many = [{"name": "指标", "children": [handled()] * 200}] * 3
    answer = office.supervisor.post(EVALUATIONS, body | {"document": table(*many)})
    expect_problem(answer, 422, "validation-error", "/document/indicators", "too-many-rows")
    contract = {"contract_id": last_part(office.contract())}
    for binding, lacks in (
        ({"source": "paid_share"}, "needs a 'base'"),
        ({"source": "metric_sum"}, "needs a 'metric'"),
    ):
        bound["measure"]["binding"] = binding
        answer = office.supervisor.post(EVALUATIONS, body | contract | {"document": table(bound)})
        assert lacks in expect_problem(answer, 422, "validation-error")["errors"][0]["detail"]
    bound["measure"] |= {"actual": "92分", "binding": {"source": "mean_monthly_score", "first": "2023-13"}}
    answer = office.supervisor.post(EVALUATIONS, body | contract | {"document": table(bound)})
    problem = expect_problem(answer, 422, "validation-error")
    assert {error["code"] for error in problem["errors"]} >= {"actual-twice", "wrong-period"}
    assert office.supervisor.items(EVALUATIONS) == []


def test_of_two_who_make_it_final_at_once_one_does(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for the other just before it writes; who holds the row waits in vain, and the other finds it final.

    Without the lock both would be there at once, and the second would break on its version's number.
    """
    path = f"{EVALUATIONS}/{drafted(office)['id']}"
    together, look = threading.Barrier(2), finishing.hindrances

    def look_together(found: Reading) -> list[Fault]:
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=1)
        return look(found)

    monkeypatch.setattr(service, "hindrances", look_together)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(who.post, f"{path}/finalization", {}) for who in (office.supervisor, office.finance)]
    final, late = sorted((one.result() for one in asked), key=lambda answer: int(answer.status_code))
    assert (final.status_code, final.json()["version"]) == (200, 2)
    expect_problem(late, 409, "evaluation-final")
    assert [one["finalised"] for one in office.supervisor.items(f"{path}/versions")] == [False, True]
