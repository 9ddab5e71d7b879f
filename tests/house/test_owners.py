"""Every query that a route asks takes whose the rows are, and cannot be asked without."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWNERS = frozenset(
    {"caller", "centers", "center", "center_id", "vendor_id", "whose", "who", "principal_id", "stream_id"}
)
"""The names under which a query takes its owner: service centers, a vendor, one's own self, a stream of either."""

WITHOUT_OWNER = {
    "nobody's: the calendar, the jobs, the health of the service": {
        *("calendar.queries.work_calendar", "job_runs.queries.job_runs", "job_runs.queries.last_night"),
        "webhooks.queries.waiting_since",
    },
    "below the contract of the path, whose owner was asked for before the route was entered": {
        *("assessments.answer_queries.owed", "assessments.answer_queries.submissions"),
        *("contracts.queries.months", "contracts.queries.versions"),
        *("settlements.ledger.queries.entries", "settlements.objections.queries.against_payouts"),
    },
    "parts of rows that the same route has just found by their owner": {
        *("access.rights_queries.grants", "access.user_queries.locks", "alerts.queries.ids_by_key"),
        *("assessments.answer_queries.appeals_of_month", "assessments.answer_queries.lines_of"),
        *("assessments.queries.criteria", "assessments.queries.month_as_it_stands", "assessments.queries.revisions"),
        *("budgets.queries.adjustments", "budgets.queries.contract_years", "budgets.queries.decisions"),
        *("contracts.queries.versions_of", "contracts.queries.years"),
        *("evidence.queries.of_subject", "evidence.queries.subjects", "settlements.ledger.queries.lines"),
        *(
            "settlements.objections.queries.against",
            "settlements.queries.lines",
            "settlements.queries.lines_with_steps",
            "webhooks.queries.live_secrets",
        ),
    },
}
"""Queries that routes ask and that take no owner, by the reason why none is missing."""


def _asked(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Find what a module uses of modules of queries, by the module's name and the function's."""
    modules, functions = {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                known = alias.asname or alias.name
                if alias.name.endswith("queries"):
                    modules[known] = f"{node.module}.{alias.name}"
                elif node.module.endswith("queries"):
                    functions[known] = (node.module, alias.name)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=function) if name in modules:
                yield modules[name], function
            case ast.Name(id=name) if name in functions:
                yield functions[name]


def _queries() -> dict[str, set[str]]:
    """Give the required arguments of every query that a module of the doors asks."""
    found = {}
    for path in sorted((ROOT / "app" / "api").rglob("*.py")):
        for module, name in _asked(ast.parse(path.read_text("utf-8"))):
            query = getattr(importlib.import_module(module), name)
            if inspect.isfunction(query):
                arguments = inspect.signature(query).parameters.values()
                required = {argument.name for argument in arguments if argument.default is argument.empty}
                found[f"{module.removeprefix('app.features.')}.{name}"] = required
    return found


def test_every_query_of_a_route_takes_its_owner() -> None:
    """One that takes none is named with its reason; one that takes one now is named no longer."""
    queries = _queries()
    without = {name for name, required in queries.items() if not OWNERS & required}
    assert len(queries) > 100
    assert without == {name for names in WITHOUT_OWNER.values() for name in names}
