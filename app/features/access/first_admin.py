"""The first administrator: made once, by the operator's command; there is no default account."""

import uuid
from collections.abc import Collection

from sqlmodel import Session

from app import clock
from app.errors import Conflict, Invalid
from app.features.access import passwords, sign_in_queries
from app.features.access.service import create_principal
from app.features.audit.actor import Actor
from app.features.audit.service import recording
from app.models import User
from app.models.words import Language, Role
from app.rules.principal_names import is_sign_in_name

_HOW = "Choose small letters, figures, '.', '_' and '-', such as li.zhuguan."


class AdministratorExists(Conflict):
    """A first administrator where there is one."""

    code = "administrator-exists"
    title = "There is an administrator already"
    remedy = "Sign in as an administrator and make further users there."


def make(
    session: Session, actor: Actor, name: str, display_name: str, language: Language, centers: Collection[uuid.UUID]
) -> str:
    """Make the first administrator and give its temporary password, for the only time.

    Raises Invalid for a name that nobody could sign in with, and AdministratorExists where any user is an
    administrator, a disabled one too.
    """
    if not is_sign_in_name(name):
        raise Invalid(f"'{name}' is no name to sign in with.", pointer="/name", remedy=_HOW)
    now = clock.now()
    principal_id = create_principal(session, actor, name, Role.ADMIN, centers)
    with recording(session, actor, None, "user.created", principal_id, *passwords.touched(principal_id)):
        user = User(
            principal_id=principal_id,
            display_name=display_name,
            language=language,
            must_change=True,
            version=1,
            created_at=now,
            updated_at=now,
        )
        session.add(user)
        session.flush()
        given = passwords.give_temporary(session, principal_id, now)
    # Asked only now: acts of the service's own stand in one line, so that of two commands at once one sees the other.
    if sign_in_queries.administrators(session) > 1:
        raise AdministratorExists("Nobody was made; one who is disabled counts too.")
    return given
