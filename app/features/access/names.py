"""What a new principal may be called, at whichever door it is made."""

from app.errors import Conflict, Invalid
from app.features.audit.actor import RESERVED
from app.rules.faults import Fault
from app.rules.principal_names import is_name, is_one_of


class NameReserved(Conflict):
    """A name under which the audit names the service itself."""

    code = "name-reserved"
    title = "The service itself acts under that name"
    remedy = "Choose another name, such as that of the system with its department."


def check(name: str, pointer: str) -> None:
    """Refuse a name that could be read for another, with Invalid, or is the service's own, with NameReserved."""
    if not is_name(name):
        detail = f"{name!a} is no name of a person or system."
        remedy = "Take 1 to 64 letters, figures, Chinese characters, '.', '_' and '-', first a letter or a figure."
        raise Invalid(detail, faults=[Fault(pointer, "wrong-name", detail, remedy)])
    if is_one_of(name, RESERVED):
        raise NameReserved(f"'{name}' is one of the service's own names.", pointer=pointer)
