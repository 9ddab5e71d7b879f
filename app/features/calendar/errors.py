"""What forbids taking a holiday notice into the calendar."""

from collections.abc import Sequence

from app.errors import Conflict, Invalid
from app.rules.faults import Fault


def _lines(faults: Sequence[Fault]) -> str:
    """Say every fault on its own line, since a command prints an error's detail alone."""
    return "".join(f"\n  {fault.pointer}: {fault.detail} {fault.remedy}" for fault in faults)


class NoticeInvalid(Invalid):
    """A file that is not a notice; `faults` names everything that is wrong with it, `/lines/N` where."""

    code = "calendar-notice-invalid"
    title = "The file is not a year's holiday notice"
    remedy = "Correct what is named and import the file again; nothing was changed."

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Name every fault."""
        super().__init__(f"{len(faults)} fault(s):{_lines(faults)}", faults=faults)


class NoticeDiffers(Conflict):
    """A notice that contradicts the calendar; `faults` names every day on which the two differ."""

    code = "calendar-notice-differs"
    title = "The notice contradicts the calendar"
    remedy = "Compare both with the published notice; what is in the calendar is never changed by an import."

    def __init__(self, year: int, faults: Sequence[Fault]) -> None:
        """Name every difference."""
        super().__init__(f"{year}, {len(faults)} difference(s):{_lines(faults)}", faults=faults)
