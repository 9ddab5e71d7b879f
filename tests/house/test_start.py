"""What `kaohe serve` loads before its first answer: nothing that only a paper, a migration or a message needs."""

import subprocess
import sys

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

SERVED = "import sys, app.cli, app.main; app.main.assemble(); print(*sys.modules, sep='\\n')"


def test_what_serves_loads_no_library_that_most_processes_never_need() -> None:
    ran = subprocess.run([sys.executable, "-c", SERVED], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = [name for name in ran.stdout.split() if any(name == late or name.startswith(f"{late}.") for late in LATE)]
    assert loaded == []
    assert "fastapi" in ran.stdout.split()


def test_two_applications_share_their_routes_which_are_built_once() -> None:
    told = "print(one.routes[-5] is two.routes[-5], len(one.routes))"
    ran = f"from app.main import assemble; one, two = assemble(), assemble(); {told}"
    said = subprocess.run([sys.executable, "-c", ran], cwd=ROOT, capture_output=True, text=True, check=True)
    shared, count = said.stdout.split()
    # A router that is put into another stands there as one, and has each of its routes built again.
    assert (shared, int(count) > 200) == ("True", True)


def test_no_route_and_no_model_is_built_before_it_is_asked_for() -> None:
    ran = """
from app.api.requests import KaoheRoute
from app.main import assemble
from app.models.base import Table
from app.values import Out, Shape

def below(kind):
    return [kind, *(deeper for one in kind.__subclasses__() for deeper in below(one))]

routes = [route for route in assemble().routes if isinstance(route, KaoheRoute)]
models = [model for base in (Out, Shape, Table) for model in below(base)]
print(len(routes) > 200, sum("dependant" in vars(route) for route in routes))
print(len(models) > 500, sum(model.__pydantic_complete__ for model in models) < 5)
"""
    said = subprocess.run([sys.executable, "-c", ran], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True", "0", "True", "True"]
