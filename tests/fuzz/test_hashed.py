"""What is read is the same from every process, whatever the order in which its sets happen to lie."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.fuzz.house import House
from tests.fuzz.houses import Houses
from tests.fuzz.stages import END, OfFiles
from tests.plans.walking import MEASURED

SEEDS = ("1", "2")
"""Of the hashes of texts, by which Python lays sets."""


def test_two_processes_answer_alike_and_send_the_same_statements(houses: Houses, tmp_path: Path) -> None:
    """An ETag that one process gave is good with the next, and the database sees one text for one question."""
    house = houses("sqlite")
    assert isinstance(house.stages, OfFiles)
    asked, said = tmp_path / "asked.json", [tmp_path / f"said_{seed}.json" for seed in SEEDS]
    with house.open(END) as app:
        given = {"url": app.state.database.url, "folder": str(house.stages.folder), "targets": _targets(house)}
        asked.write_text(json.dumps(given))
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.fuzz.hashed", asked, file],
                env={**os.environ, "PYTHONHASHSEED": seed},
                stdout=subprocess.DEVNULL,
            )
            for seed, file in zip(SEEDS, said, strict=True)
        ]
        assert [process.wait() for process in processes] == [0, 0]
    first, second = (json.loads(file.read_text()) for file in said)
    assert {status for status, _ in first["answered"].values()} == {200}
    assert _differing(first["answered"], second["answered"]) == []
    assert _differing(first["sent"], second["sent"]) == []


def _targets(house: House) -> dict[str, dict[str, str]]:
    """Give what somebody asks who may, each with its headers: what the bench measures by all of its filters at once."""
    targets = {}
    for operation in house.operations:
        if operation.method == "GET":
            (asked,) = operation.requests()
            for name, value in MEASURED.get(operation.id, {}).items():
                asked = asked.narrowed(name, value)
            token = house.token_for(operation)
            targets[asked.target] = asked.headers | ({"Authorization": f"Bearer {token}"} if token else {})
    return targets


def _differing(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    return [target for target in first if first[target] != second[target]]
