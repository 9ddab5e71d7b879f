"""What anybody may see without a token: the front page, the documentation, the problems, the health."""

from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, select_autoescape

from app import clock
from app.api.answers import Db, answer
from app.api.rooms import plain_name
from app.errors import NotFound, registry
from app.features.audit.heads import digest
from app.features.job_runs.queries import last_night
from app.features.webhooks.queries import waiting_since
from app.health import schema_revision
from app.values import Day, Out

router = APIRouter(include_in_schema=False)
health = APIRouter(tags=["health"], generate_unique_id_function=plain_name)

ASSETS = StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static")
"""The files of /docs, from a package, so that the page works without the internet."""

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(), trim_blocks=True
)


class Live(Out):
    """The process answers."""

    status: str = "live"


class Ready(Out):
    """The database answers and has its schema."""

    status: str = "ready"
    schema_revision: str
    last_night: Day | None
    """The last business date for which a nightly job succeeded."""
    audit_head: str
    """One hash over the heads of all chains of the audit: it moves with every act."""
    outbox_age_seconds: int | None
    """How long the oldest event or delivery that is due has waited for the deliverer; null where none waits."""


@router.get("/")
def read_front_page() -> HTMLResponse:
    """Say what this is and where to go on."""
    return HTMLResponse(_templates.get_template("front.html").render())


@router.get("/docs")
def read_docs() -> HTMLResponse:
    """Show the API's documentation."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Kaohe 考核 API",
        swagger_js_url="/assets/swagger-ui-bundle.js",
        swagger_css_url="/assets/swagger-ui.css",
        swagger_favicon_url="/assets/favicon.png",
    )


@router.get("/problems")
def list_problems() -> HTMLResponse:
    """List every problem that the service may answer with."""
    return HTMLResponse(_templates.get_template("problems.html").render(problems=registry().values()))


@router.get("/problems/{code}")
def read_problem(code: str) -> HTMLResponse:
    """Explain one problem, at the address that its documents carry as `type`."""
    error = registry().get(code)
    if error is None:
        raise NotFound(f"There is no problem '{code[:64]}'.", pointer="/path/code")
    return HTMLResponse(_templates.get_template("problems.html").render(problems=[error]))


@health.get("/livez", response_model=Live)
def read_liveness() -> Response:
    """Answer without the database."""
    return answer(Live())


@health.get("/readyz", response_model=Ready, responses={503: {"description": "Not ready yet"}})
def read_readiness(db: Db) -> Response:
    """Answer 200 once database and schema are there, 503 before."""
    with db.read() as session:
        revision, now = schema_revision(session), clock.now()
        since = waiting_since(session, now)
        ready = Ready(
            schema_revision=revision,
            last_night=last_night(session),
            audit_head=digest(session),
            outbox_age_seconds=None if since is None else int((now - since).total_seconds()),
        )
    return answer(ready)
