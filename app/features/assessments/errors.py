"""What the state of a month forbids."""

from app.errors import Conflict, Invalid


class MonthIsFinal(Conflict):
    """A change to a month whose result is final or notified."""

    code = "month-is-final"
    title = "The month's result is final"
    remedy = "A final result stands; record what is new in a month that is still open."


class NothingToFinalize(Conflict):
    """Finalizing a month that nobody has assessed."""

    code = "nothing-to-finalize"
    title = "The month is not assessed yet"
    remedy = "Record the month's result first."


class AlreadyFinal(Conflict):
    """Finalizing twice."""

    code = "already-final"
    title = "The result is final already"
    remedy = "Read the month again; somebody else may have been first."


class NotFinal(Conflict):
    """A notice of a result that is not final."""

    code = "not-final"
    title = "The result is not final"
    remedy = "Finalize the month before it is notified."


class AlreadyNotified(Conflict):
    """A second notice of one month."""

    code = "already-notified"
    title = "The month is notified already"
    remedy = "A month is notified once; read it to see when, and under which number."


class AlreadyWithdrawn(Conflict):
    """Withdrawing a finding twice."""

    code = "already-withdrawn"
    title = "The finding is withdrawn already"
    remedy = "Nothing is left to do."


class PeriodOutsideService(Invalid):
    """A month that the contract does not serve, or that Kaohe does not answer for."""

    code = "period-outside-service"
    title = "The month is not one of the contract's service months"
    remedy = "Use a month from recorded_from to the end, or the closing, of the contract."
