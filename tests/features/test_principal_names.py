"""Names of people and systems: nobody passes for the service itself, or for somebody else."""

import pytest

from app.database import Database
from app.errors import Invalid
from app.features.access import first_admin
from app.features.access import service as access
from app.features.access.names import NameReserved
from app.features.audit.actor import OPERATOR
from app.models.words import Language, Role
from tests.accounts import person_body
from tests.api.asking import expect_problem
from tests.office import Office

RESERVED = ("clock", "operator", "command", "api", "demo", "nightly", "deliverer")
MISLEADING = (
    "root1\u200b",
    "clock\nadmin-XY",
    "admin\u202eXY",
    "two words",
    "ideographic\u3000blank",
    "cl\u043eck",
    "\uff43lock",
    "e\u0301",
    "\uf900",
    "-option",
    "x" * 65,
)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nobody_passes_for_somebody_else_at_any_door(office: Office, database: Database) -> None:
    """The service's own names in any letters, unseen signs and strange letters are refused wherever one is made."""
    machine = {"role": "auditor", "service_centers": [str(office.center)], "expires_in_days": 30}
    for name in (*RESERVED, "Operator"):
        answer = office.admin.post("/v1/tokens", machine | {"principal": name})
        expect_problem(answer, 409, "name-reserved", "/principal")
    person = person_body("nightly", Role.SUPERVISOR, office)
    expect_problem(office.admin.post("/v1/users", person), 409, "name-reserved", "/name")
    for name in MISLEADING:
        answer = office.admin.post("/v1/tokens", machine | {"principal": name})
        expect_problem(answer, 422, "validation-error", "/principal")
        # As `kaohe token create` makes one.
        with database.write() as session, pytest.raises(Invalid):
            access.create_principal(session, OPERATOR, name, Role.AUDITOR, [office.center])
    with database.write() as session, pytest.raises(NameReserved):
        first_admin.make(session, OPERATOR, "operator", "管理员", Language.CHINESE, [office.center])
    for name in ("便民热线-2", "㐀.𠀀", "Hotline_12345", "x" * 64):
        assert office.admin.post("/v1/tokens", machine | {"principal": name}).status_code == 201
