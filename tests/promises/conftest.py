"""How large a promise is shown, and where its figures go."""

import json
import os
import subprocess
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.proof import PROOF, sized

COMMIT = subprocess.run(
    ["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
).stdout.strip()

PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note on each test whether it has passed, for the page that `make proof` writes."""
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


@dataclass
class Promise:
    """What one test shows: `size` gives how many rounds, `shows` what came out."""

    figures: dict[str, Any] = field(default_factory=dict)

    def size(self, full: int, part: int) -> int:
        """Give the full number of rounds in `make proof`, a part of it in `make test`."""
        return sized(full, part)

    def shows(self, **figures: float | str) -> None:
        """Note figures for the page that `make proof` writes."""
        self.figures |= figures


@pytest.fixture
def promise(request: pytest.FixtureRequest) -> Iterator[Promise]:
    """Give the test its size; its figures are written down whether it passes or not."""
    shown = Promise()
    began = time.monotonic()
    yield shown
    if PROOF:
        line = {
            "promise": request.node.originalname,
            "case": request.node.name,
            "says": (request.node.function.__doc__ or "").strip(),
            "seconds": round(time.monotonic() - began, 1),
            "commit": COMMIT,
            "passed": request.node.stash.get(PASSED, False),
            "figures": shown.figures,
        }
        with (Path(PROOF) / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
