"""Reads the tables in `cases/`, which a jurist can read and correct without reading the tests that run them."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

Case = Mapping[str, Any]
"""One row of a table: its columns by name; figures are exact and dates are dates."""

_FOLDER = Path(__file__).parent / "cases"


class _ExactLoader(yaml.CSafeLoader):
    """YAML whose figures are decimals, since a table that says 89.995 means it; read in C, seven times as quick."""


_ExactLoader.add_constructor("tag:yaml.org,2002:float", lambda _loader, node: Decimal(node.value))


@cache
def _read(name: str) -> Any:  # noqa: ANN401 a file holds a list of rows, or tables by their names
    return yaml.load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), _ExactLoader)  # noqa: S506 (is safe)


def document(name: str) -> Case:
    """Give all that `cases/<name>.yaml` holds."""
    found: Case = _read(name)
    return found


def rows(name: str, table: str | None = None) -> list[Case]:
    """Give the rows of `cases/<name>.yaml`, or of one table where the file holds several."""
    document = _read(name)
    found: list[Case] = document if table is None else document[table]
    return found


def row(name: str, table: str) -> Case:
    """Give a single row that stands by itself under its name."""
    found: Case = _read(name)[table]
    return found


def cases(name: str, table: str | None = None) -> list[pytest.ParameterSet]:
    """Give the same rows as parameters of a test, each called by the English half of its `case`."""
    return [pytest.param(row, id=row["case"].split(" · ")[-1]) for row in rows(name, table)]
