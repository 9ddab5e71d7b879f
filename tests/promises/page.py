"""Writes docs/proof.md from the figures that `make proof` has collected: `python -m tests.promises.page FROM TO`."""

import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

WEAKNESSES = Path(__file__).with_name("weaknesses.md")


def collected(folder: Path) -> list[dict[str, Any]]:
    """Read what every worker has noted, sorted by test and case."""
    lines = [line for path in folder.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    return sorted((json.loads(line) for line in lines), key=lambda line: (line["promise"], line["case"]))


def page(shown: Sequence[dict[str, Any]], day: str) -> str:
    """Write the page: one section a promise, one row a case."""
    python = platform.python_version()
    commit = "`, `".join(sorted({line["commit"] or "unknown" for line in shown}))
    parts = [
        "# Proof",
        "",
        f"Written by `make proof` on {day}, of commit `{commit}`, on Python {python} with {os.cpu_count()} cores.",
        "`make test` runs the same tests at about a hundredth of this size.",
    ]
    for promise, cases in groupby(shown, key=lambda line: line["promise"]):
        rows = list(cases)
        parts += ["", f"## {promise.removeprefix('test_').replace('_', ' ').capitalize()}", "", _said(rows[0]), ""]
        parts += ["| case | kept | figures | seconds |", "| --- | --- | --- | --- |"]
        parts += [
            f"| {_case(row)} | {'yes' if row['passed'] else '**no**'} | {_figures(row)} | {row['seconds']} |"
            for row in rows
        ]
    return "\n".join([*parts, "", WEAKNESSES.read_text("utf-8").rstrip(), ""])


def _row(row: dict[str, Any]) -> str:
    kept = "yes" if row["passed"] else "**no**"
    return f"| {_case(row)} | {kept} | {_figures(row)} | {row['seconds']} |"


def _said(row: dict[str, Any]) -> str:
    return str(row["says"]).split("\n\n", maxsplit=1)[0].replace("\n", " ")


def _case(row: dict[str, Any]) -> str:
    _, bracket, inside = row["case"].partition("[")
    return inside.rstrip("]") if bracket else "-"


def _figures(row: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in row["figures"].items()) or "-"


def main() -> None:
    """Read the figures from one folder and write the page to a file."""
    source, target = sys.argv[1:3]
    day = datetime.now(UTC).date().isoformat()
    Path(target).write_text(page(collected(Path(source)), day), "utf-8")


if __name__ == "__main__":
    main()
