"""What `kaohe serve` loads before its first answer: nothing that only a paper, a migration or a message needs."""

import json
import subprocess
import sys
from typing import Any

import pytest

from app.database import ROOT

LATE = (
    "alembic",
    "app.demo",
    "app.documents.forms",
    "apprise",
    "chinese_calendar",
    "cryptography",
    "docx",
    "fontTools",
    "fpdf",
    "httpcore",
    "lxml",
    "openpyxl",
    "PIL",
    "pylopdf_fonts_zh_cn",
    "requests",
    "xlsxwriter",
)
"""The libraries and rooms that together take as long to load as the framework and the database's do."""

ASSEMBLED = """
import json, sys
import app.cli
from app.main import assemble

one = assemble()
loaded = list(sys.modules)

from app.api.requests import KaoheRoute
from app.models.base import Table
from app.values import Out, Shape

def below(kind):
    return [kind, *(deeper for nearer in kind.__subclasses__() for deeper in below(nearer))]

routes = [route for route in one.routes if isinstance(route, KaoheRoute)]
models = [model for base in (Out, Shape, Table) for model in below(base)]
print(json.dumps({
    "loaded": loaded,
    "routes": len(routes),
    "built routes": sum("dependant" in vars(route) for route in routes),
    "models": len(models),
    "complete models": sum(model.__pydantic_complete__ for model in models),
    "shared": one.routes[-5] is assemble().routes[-5],
}))
"""
"""Assembles the application as `kaohe serve` does, and says what is there then; one process for all that is asked."""


@pytest.fixture(scope="module")
def there() -> dict[str, Any]:
    """Give what is there once the application is assembled."""
    ran = subprocess.run([sys.executable, "-c", ASSEMBLED], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_what_serves_loads_no_library_that_most_processes_never_need(there: dict[str, Any]) -> None:
    loaded = [name for name in there["loaded"] if any(name == late or name.startswith(f"{late}.") for late in LATE)]
    assert loaded == []
    assert "fastapi" in there["loaded"]


def test_two_applications_share_their_routes_which_are_built_once(there: dict[str, Any]) -> None:
    # A router that is put into another stands there as one, and has each of its routes built again.
    assert (there["shared"], there["routes"] > 200) == (True, True)


def test_no_route_and_no_model_is_built_before_it_is_asked_for(there: dict[str, Any]) -> None:
    assert (there["routes"] > 200, there["built routes"]) == (True, 0)
    assert (there["models"] > 500, there["complete models"] < 5) == (True, True)
