"""What can go wrong with signals."""

from app.errors import Conflict


class SignalDiffers(Conflict):
    """A reference that was sent before, with something else behind it."""

    code = "signal-differs"
    title = "That reference stands for another signal"
    remedy = "Send what was sent first, or give what has changed a reference of its own."


class ReferenceTaken(Conflict):
    """A reference that somebody else has sent before; what stands behind it is not shown."""

    code = "reference-taken"
    title = "Somebody else has sent that reference of the source before"
    remedy = "Do not send it again: the service center has a signal of that source under that reference."


class SignalAccepted(Conflict):
    """An incident that is a finding already."""

    code = "signal-accepted"
    title = "The incident is a finding already"
    remedy = "Read the finding that the signal names; withdraw it where it is wrong."


class SignalDismissed(Conflict):
    """An incident that was dismissed."""

    code = "signal-dismissed"
    title = "The incident is dismissed"
    remedy = "Accept it where it is one after all; otherwise leave it."
