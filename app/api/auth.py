"""Who may use a route: the table of api.md section 4, the token that says who is calling, and the order of refusals."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated

import structlog
from fastapi import Depends, Request
from sqlmodel import Session

from app.api import cookies
from app.api.rates import check_known, check_stranger
from app.database import Database
from app.errors import Forbidden, KaoheError, NotFound, Unauthenticated
from app.features.access import queries, sessions
from app.features.access.caller import Caller
from app.features.access.owners import KnownOwners
from app.features.access.scopes import METRICS_READ, SIGNALS_READ, SIGNALS_WRITE
from app.features.access.service import authenticate
from app.features.access.use import note_use
from app.models.words import Role


class Resource(StrEnum):
    """The rows of the table."""

    SERVICE_CENTERS = "service_centers"
    PARTIES = "parties"
    CONTRACTS = "contracts"
    ASSESSMENTS = "assessments"
    DUE_DATES = "due_dates"
    SETTLEMENTS = "settlements"
    """What is drafted about money: settlements, payouts, readings, opening balances."""
    APPROVALS = "approvals"
    """What moves money: approvals, payments, their voiding."""
    TEMPLATES = "templates"
    """The templates of terms that come with the program."""
    TRIALS = "trials"
    METRICS = "metrics"
    """What a month is measured by, and what is decided where a clause leaves a share open."""
    EVALUATIONS = "evaluations"
    """The yearly evaluation of a project, and the progress reports to the finance bureau."""
    BUDGETS = "budgets"
    JOB_RUNS = "job_runs"
    AUDIT = "audit"
    ME = "me"
    PORTAL = "portal"
    EVIDENCE = "evidence"
    """Files that vendors hand in, as their service center reads them."""
    DUTIES = "duties"
    """What vendors owe of themselves: monthly reports, key posts."""
    SIGNALS = "signals"
    EVENTS = "events"
    WEBHOOKS = "webhooks"
    """How a service center's vendors receive their events, and which private networks those may lie in."""
    USERS = "users"
    """People, and what they may see."""
    TOKENS = "tokens"
    """Tokens of machines."""
    ACCESS_LOG = "access_log"
    MESSAGES = "messages"
    """What is written to people, and by which channels; each looks after their own."""
    REMINDERS = "reminders"
    """On which days before a due date a service center reminds."""
    OPERATIONS = "operations"
    """How the service runs: for the system that watches it, by its scope, and for no role."""


class Action(StrEnum):
    """The two things that a cell allows."""

    READ = "read"
    WRITE = "write"


_R = frozenset({Action.READ})
_RW = frozenset({Action.READ, Action.WRITE})
_NONE: frozenset[Action] = frozenset()

TABLE: dict[Resource, dict[Role, frozenset[Action]]] = {
    Resource.SERVICE_CENTERS: {Role.ADMIN: _RW, Role.SUPERVISOR: _NONE, Role.FINANCE: _NONE, Role.AUDITOR: _R},
    Resource.PARTIES: {Role.ADMIN: _RW, Role.SUPERVISOR: _RW, Role.FINANCE: _R, Role.AUDITOR: _R},
    Resource.CONTRACTS: {Role.ADMIN: _RW, Role.SUPERVISOR: _RW, Role.FINANCE: _R, Role.AUDITOR: _R},
    Resource.ASSESSMENTS: {Role.ADMIN: _R, Role.SUPERVISOR: _RW, Role.FINANCE: _R, Role.AUDITOR: _R},
    Resource.DUE_DATES: {Role.ADMIN: _R, Role.SUPERVISOR: _RW, Role.FINANCE: _R, Role.AUDITOR: _R},
    Resource.SETTLEMENTS: {Role.ADMIN: _R, Role.SUPERVISOR: _RW, Role.FINANCE: _RW, Role.AUDITOR: _R},
    Resource.APPROVALS: {Role.ADMIN: _R, Role.SUPERVISOR: _R, Role.FINANCE: _RW, Role.AUDITOR: _R},
    Resource.TRIALS: {Role.ADMIN: _R, Role.SUPERVISOR: _RW, Role.FINANCE: _RW, Role.AUDITOR: _R},
    Resource.METRICS: {Role.ADMIN: _R, Role.SUPERVISOR: _RW, Role.FINANCE: _RW, Role.AUDITOR: _R},
    Resource.EVALUATIONS: {Role.ADMIN: _R, Role.SUPERVISOR: _RW, Role.FINANCE: _RW, Role.AUDITOR: _R},
    Resource.BUDGETS: {Role.ADMIN: _R, Role.SUPERVISOR: _RW, Role.FINANCE: _RW, Role.AUDITOR: _R},
    Resource.JOB_RUNS: {Role.ADMIN: _R, Role.SUPERVISOR: _RW, Role.FINANCE: _NONE, Role.AUDITOR: _R},
    Resource.AUDIT: {Role.ADMIN: _R, Role.SUPERVISOR: _NONE, Role.FINANCE: _NONE, Role.AUDITOR: _R},
    Resource.TEMPLATES: dict.fromkeys((role for role in Role if role is not Role.INTEGRATION), _R),
    Resource.ME: dict.fromkeys(Role, _R),
    Resource.PORTAL: {Role.VENDOR: _RW},
    Resource.EVIDENCE: {Role.ADMIN: _R, Role.SUPERVISOR: _RW, Role.FINANCE: _R, Role.AUDITOR: _R},
    Resource.DUTIES: {Role.ADMIN: _R, Role.SUPERVISOR: _RW, Role.FINANCE: _R, Role.AUDITOR: _R},
    Resource.SIGNALS: {Role.ADMIN: _R, Role.SUPERVISOR: _RW, Role.FINANCE: _NONE, Role.AUDITOR: _R},
    Resource.EVENTS: {Role.ADMIN: _R, Role.SUPERVISOR: _R, Role.FINANCE: _R, Role.AUDITOR: _R},
    Resource.WEBHOOKS: {Role.ADMIN: _RW, Role.SUPERVISOR: _NONE, Role.FINANCE: _NONE, Role.AUDITOR: _R},
    Resource.USERS: {Role.ADMIN: _RW, Role.SUPERVISOR: _NONE, Role.FINANCE: _NONE, Role.AUDITOR: _R},
    Resource.TOKENS: {Role.ADMIN: _RW, Role.SUPERVISOR: _NONE, Role.FINANCE: _NONE, Role.AUDITOR: _R},
    Resource.ACCESS_LOG: {Role.ADMIN: _R, Role.SUPERVISOR: _NONE, Role.FINANCE: _NONE, Role.AUDITOR: _R},
    Resource.MESSAGES: dict.fromkeys((Role.ADMIN, Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR), _RW),
    Resource.REMINDERS: {Role.ADMIN: _RW, Role.SUPERVISOR: _RW, Role.FINANCE: _R, Role.AUDITOR: _R},
    Resource.OPERATIONS: {},
}
"""Who may do what; a role that a row does not name may do nothing there."""


class PasswordChangeDue(Forbidden):
    """A person whose password was given by somebody else, or is too old."""

    code = "password-change-due"
    title = "Your password must be changed first"
    remedy = "POST /password with the current and a new password; until then nothing else is allowed."


@dataclass(frozen=True, slots=True)
class Permission:
    """What a route asks of its caller; as a dependency it hands the route the caller who passed."""

    resource: Resource
    action: Action
    scope: str | None = None
    """What the token of another system must carry to pass; None: none of them does by its scopes."""

    def allows(self, caller: Caller) -> bool:
        """Look the caller's role up in the table, and its token's scopes."""
        return self._names(caller.role) or (self.scope is not None and self.scope in caller.scopes)

    def is_closed_to(self, caller: Caller) -> bool:
        """Tell whether a caller may do nothing whatever here, so that whose a thing is must not be told either."""
        return not self.allows(caller) and not TABLE[self.resource].get(caller.role)

    def roles(self) -> list[str]:
        """Name the roles that pass, for the documentation."""
        by_scope = [Role.INTEGRATION.value] if self.scope else []
        return [role.value for role in TABLE[self.resource] if self._names(role)] + by_scope

    def _names(self, role: Role) -> bool:
        return self.action in TABLE[self.resource].get(role, _NONE)

    def admit(self, request: Request) -> Caller:
        """Find out who is calling, and refuse who may not."""
        return authorise(request, self)

    async def __call__(self, request: Request) -> Caller:
        """Give the caller; who it is was found out before anything else of the request was read."""
        caller: Caller = request.state.caller
        return caller


def authorise(request: Request, permission: Permission) -> Caller:
    """Say who is calling: 401 where nobody is known, 429, 403 where the role may not, or 404 for what is not theirs.

    Who may not even read such things gets 403 for any id: whether there is such a thing is nothing for them. Who must
    change their password first may do nothing else.
    """
    database: Database = request.app.state.database
    with database.glance() as session:
        caller = request.state.caller = recognise(session, request)
        if caller.session is not None and caller.session.password_due:
            raise PasswordChangeDue
        if not permission.is_closed_to(caller):
            _refuse_what_is_not_own(session, caller, request)
    note_use(database, caller)
    if not permission.allows(caller):
        raise _forbidden(caller, request, permission)
    return identified(caller)


def recognise(session: Session, request: Request) -> Caller:
    """Recognise the caller by its bearer token or by the cookie of its session; both at once are refused.

    Every caller may ask so often in a minute, by who they are; whoever is not recognised, by where they come from.
    """
    try:
        caller = _shown(session, request)
    except KaoheError:
        check_stranger(request)
        raise
    check_known(request, caller.principal_id, request.state.rate_class)
    return caller


def _shown(session: Session, request: Request) -> Caller:
    secret = cookies.secret_of(request)
    if secret is None:
        return authenticate(session, _bearer(request))
    caller = sessions.authenticate(session, secret, request.app.state.sign_in)
    cookies.check_csrf(request, secret)
    return caller


def identified(caller: Caller) -> Caller:
    """Give the caller with the request's id, which the audit names."""
    return replace(caller, request_id=structlog.contextvars.get_contextvars().get("request_id"))


def _forbidden(caller: Caller, request: Request, permission: Permission) -> Forbidden:
    detail = f"The role '{caller.role}' may not {request.method} {request.scope['path']}"
    if caller.role is not Role.INTEGRATION or permission.scope is None:
        return Forbidden(f"{detail}.")
    remedy = f"Ask your administrator for a token with the scope {permission.scope}."
    return Forbidden(f"{detail} without the scope '{permission.scope}'.", remedy=remedy)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("The request carries no bearer token and no session.")
    return token.strip()


def _refuse_what_is_not_own(session: Session, caller: Caller, request: Request) -> None:
    """Refuse what the path names and is not the caller's, before anybody looks at what the request says of it."""
    named = request.path_params
    known: KnownOwners = request.app.state.owners
    for name, value in named.items():
        below = "contract_id" in named
        if name in queries.OWNED and not queries.is_own(session, caller, known, name, str(value), below_contract=below):
            raise NotFound(pointer=f"/path/{name}")


PartiesRead = Annotated[Caller, Depends(Permission(Resource.PARTIES, Action.READ))]
PartiesWrite = Annotated[Caller, Depends(Permission(Resource.PARTIES, Action.WRITE))]
CentersRead = Annotated[Caller, Depends(Permission(Resource.SERVICE_CENTERS, Action.READ))]
CentersWrite = Annotated[Caller, Depends(Permission(Resource.SERVICE_CENTERS, Action.WRITE))]
ContractsRead = Annotated[Caller, Depends(Permission(Resource.CONTRACTS, Action.READ))]
ContractsWrite = Annotated[Caller, Depends(Permission(Resource.CONTRACTS, Action.WRITE))]
TemplatesRead = Annotated[Caller, Depends(Permission(Resource.TEMPLATES, Action.READ))]
AssessmentsRead = Annotated[Caller, Depends(Permission(Resource.ASSESSMENTS, Action.READ))]
AssessmentsWrite = Annotated[Caller, Depends(Permission(Resource.ASSESSMENTS, Action.WRITE))]
DueDatesRead = Annotated[Caller, Depends(Permission(Resource.DUE_DATES, Action.READ))]
SettlementsRead = Annotated[Caller, Depends(Permission(Resource.SETTLEMENTS, Action.READ))]
SettlementsWrite = Annotated[Caller, Depends(Permission(Resource.SETTLEMENTS, Action.WRITE))]
Approvals = Annotated[Caller, Depends(Permission(Resource.APPROVALS, Action.WRITE))]
TrialsRead = Annotated[Caller, Depends(Permission(Resource.TRIALS, Action.READ))]
TrialsWrite = Annotated[Caller, Depends(Permission(Resource.TRIALS, Action.WRITE))]
MetricsRead = Annotated[Caller, Depends(Permission(Resource.METRICS, Action.READ))]
MetricsWrite = Annotated[Caller, Depends(Permission(Resource.METRICS, Action.WRITE))]
EvaluationsRead = Annotated[Caller, Depends(Permission(Resource.EVALUATIONS, Action.READ))]
EvaluationsWrite = Annotated[Caller, Depends(Permission(Resource.EVALUATIONS, Action.WRITE))]
BudgetsRead = Annotated[Caller, Depends(Permission(Resource.BUDGETS, Action.READ))]
BudgetsWrite = Annotated[Caller, Depends(Permission(Resource.BUDGETS, Action.WRITE))]
JobRunsRead = Annotated[Caller, Depends(Permission(Resource.JOB_RUNS, Action.READ))]
JobRunsWrite = Annotated[Caller, Depends(Permission(Resource.JOB_RUNS, Action.WRITE))]
AuditRead = Annotated[Caller, Depends(Permission(Resource.AUDIT, Action.READ))]
AnyRole = Annotated[Caller, Depends(Permission(Resource.ME, Action.READ))]
Vendor = Annotated[Caller, Depends(Permission(Resource.PORTAL, Action.READ))]
VendorWrite = Annotated[Caller, Depends(Permission(Resource.PORTAL, Action.WRITE))]
EvidenceRead = Annotated[Caller, Depends(Permission(Resource.EVIDENCE, Action.READ))]
DutiesRead = Annotated[Caller, Depends(Permission(Resource.DUTIES, Action.READ))]
DutiesWrite = Annotated[Caller, Depends(Permission(Resource.DUTIES, Action.WRITE))]
SignalsRead = Annotated[Caller, Depends(Permission(Resource.SIGNALS, Action.READ, SIGNALS_READ))]
SignalsSend = Annotated[Caller, Depends(Permission(Resource.SIGNALS, Action.WRITE, SIGNALS_WRITE))]
SignalsWrite = Annotated[Caller, Depends(Permission(Resource.SIGNALS, Action.WRITE))]
EventsRead = Annotated[Caller, Depends(Permission(Resource.EVENTS, Action.READ))]
WebhooksRead = Annotated[Caller, Depends(Permission(Resource.WEBHOOKS, Action.READ))]
WebhooksWrite = Annotated[Caller, Depends(Permission(Resource.WEBHOOKS, Action.WRITE))]
UsersRead = Annotated[Caller, Depends(Permission(Resource.USERS, Action.READ))]
UsersWrite = Annotated[Caller, Depends(Permission(Resource.USERS, Action.WRITE))]
TokensRead = Annotated[Caller, Depends(Permission(Resource.TOKENS, Action.READ))]
TokensWrite = Annotated[Caller, Depends(Permission(Resource.TOKENS, Action.WRITE))]
AccessLogRead = Annotated[Caller, Depends(Permission(Resource.ACCESS_LOG, Action.READ))]
MessagesRead = Annotated[Caller, Depends(Permission(Resource.MESSAGES, Action.READ))]
MessagesWrite = Annotated[Caller, Depends(Permission(Resource.MESSAGES, Action.WRITE))]
RemindersRead = Annotated[Caller, Depends(Permission(Resource.REMINDERS, Action.READ))]
RemindersWrite = Annotated[Caller, Depends(Permission(Resource.REMINDERS, Action.WRITE))]
OperationsRead = Annotated[Caller, Depends(Permission(Resource.OPERATIONS, Action.READ, METRICS_READ))]
