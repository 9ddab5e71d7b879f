"""Requests that schemathesis makes of the document, sent as everybody: the answers are what the document says."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from requests.adapters import HTTPAdapter
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from urllib3 import HTTPResponse

from tests.fuzz.documented import Operation, document
from tests.fuzz.house import House
from tests.fuzz.stages import stage_of
from tests.fuzz.wire import Raw, Wire
from tests.fuzz.world import NOW
from tests.promises.conftest import Promise
from tests.proof import PROOF

AnyCase = Case[Any]
ApiOperation = APIOperation[Any, Any, Any, Any]
SITE = "http://testserver"
TAKE_NOTHING = {
    "read_me",
    "read_message_settings",
    "read_portal_me",
    "read_session",
    "sign_out_person",
    "read_liveness",
    "read_readiness",
    "list_terms_templates",
    "list_evaluation_templates",
    "list_event_types",
    "list_metric_codes",
}
NOT_ASKED = [
    # A request of the right shape may still contradict what is on record, so it need not be accepted.
    positive_data_acceptance,
    # It sends each request twice more; that no route answers without a valid token, tests/api/access asks of all.
    ignored_auth,
]


class OverWire(HTTPAdapter):
    """Sends what schemathesis has made over the wire; its own client has a thread and a loop for each request."""

    def __init__(self, wire: Wire) -> None:
        """Send over `wire`."""
        super().__init__()
        self._wire = wire

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Send one request and give its answer."""
        url, body = urlsplit(str(request.url)), request.body or b""
        assert isinstance(body, str | bytes), "nothing is streamed"
        headers = tuple((_bytes(name).lower(), _bytes(value)) for name, value in request.headers.items())
        raw = Raw(
            str(request.method),
            url.path.encode(),
            url.query.encode(),
            ((b"host", url.netloc.encode()), *headers),
            (_bytes(body, "utf-8"),),
        )
        answer = self._wire.send(raw)
        came = HTTPResponse(BytesIO(answer.body), answer.headers, answer.status, version=11, preload_content=False)
        return self.build_response(request, came)


def _bytes(text: str | bytes, coding: str = "latin-1") -> bytes:
    return text if isinstance(text, bytes) else text.encode(coding)


@pytest.fixture
def session(house: House) -> Iterator[requests.Session]:
    """Give what sends to the house, keeps no cookie, and looks for no proxy."""
    with requests.Session() as session:
        session.trust_env = False
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.mount(SITE, OverWire(Wire(house.app)))
        yield session


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_answer_is_what_the_document_says(
    house: House, session: requests.Session, mode: GenerationMode, promise: Promise
) -> None:
    """Requests made of the document, well-formed and malformed, are answered to every role as the document says.

    `make test` asks the first of an operation as everybody, and the others as nobody and as somebody who may.
    """
    size = promise.size(50, 2)
    schema = schemathesis.openapi.from_dict(document())
    # Each request carries a role's own token; made-up ones would all be answered with 401.
    schema.config.generation.update(with_security_parameters=False)
    documented = {operation.id: operation for operation in house.operations}
    statuses: Counter[int] = Counter()
    failures: list[str] = []
    unmade: list[str] = []
    for result in schema.get_all_operations():
        operation: ApiOperation = result.ok()  # type: ignore[union-attr]
        own = documented[operation.definition.raw["operationId"]]
        cases = _made(_strategy(operation, own, mode), size)
        unmade += [] if cases else [own.id]
        with house.open(stage_of(own)):
            for number, case in enumerate(cases):
                tokens = house.tokens if PROOF or number == 0 else {"somebody": house.token_for(own)}
                failures += _ask(case, session, tokens, statuses)
    answered = {int(status): number for status, number in sorted(statuses.items())}
    promise.shows(requests=statuses.total(), failures=len(failures), statuses=str(answered))
    assert failures == []
    assert set(unmade) <= TAKE_NOTHING


def _strategy(operation: ApiOperation, own: Operation, mode: GenerationMode) -> SearchStrategy[AnyCase]:
    """Make requests to a place that is there, so that they are read to their end; a good one has read what it changes.

    A place that is not there is answered with 404 whatever else is said; that is tried where nothing else can be wrong.
    """
    spoilt_place = mode is GenerationMode.NEGATIVE and not (own.query or own.bodies or own.headers)
    read = {name: value for name, value in own.headers.items() if name == "If-Match"}
    headers = read if mode is GenerationMode.POSITIVE and read else None
    return operation.as_strategy(mode, path_parameters=None if spoilt_place else own.places or None, headers=headers)


def _made(strategy: SearchStrategy[AnyCase], size: int) -> list[AnyCase]:
    """Draw the same cases every time."""
    cases: list[AnyCase] = []

    @settings(
        max_examples=size,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def make(case: AnyCase) -> None:
        cases.append(case)

    # What takes nothing cannot be malformed.
    with suppress(Unsatisfiable):
        make()
    return cases


def _ask(
    case: AnyCase, session: requests.Session, tokens: Mapping[str, str | None], statuses: Counter[int]
) -> list[str]:
    """Send a case without a token and with each of these, and give what the checks say."""
    failures = []
    for role, token in {"nobody": None, **tokens}.items():
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = case.call(SITE, session, headers)
        statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, headers=headers, excluded_checks=NOT_ASKED)
        except FailureGroup as failure:
            failures.append(f"{role}: {failure}")
    return failures
