"""What the state of a month forbids."""

from app.errors import Conflict, Invalid


class MonthIsFinal(Conflict):
    """A change to a month whose result is final or notified."""

    code = "month-is-final"
    title = "The month's result is final"
    remedy = "A final result stands: once it is notified, a revision changes it and says why."


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
    remedy = "A month is notified once; a revision corrects a mistyped date or number."


class AlreadyWithdrawn(Conflict):
    """Withdrawing a finding twice."""

    code = "already-withdrawn"
    title = "The finding is withdrawn already"
    remedy = "Nothing is left to do."


class NotNotified(Conflict):
    """A revision of, or an appeal against, a month that the vendor has not been notified of."""

    code = "not-notified"
    title = "The month is not notified"
    remedy = "A draft is simply recorded anew; a final result is notified first, and then revised."


class RevisionChangesNothing(Invalid):
    """A revision without a change."""

    code = "revision-changes-nothing"
    title = "The revision would change nothing"
    remedy = "State a result, a notice, or findings to withdraw or to add that differ from what is on record."


class AppealDecided(Conflict):
    """A second decision about the same version of a month."""

    code = "appeal-decided"
    title = "The appeal is decided already"
    remedy = "Each version of a month is decided upon once; a later revision may be appealed against anew."


class YearOutsideService(Invalid):
    """A year in which the contract has no recorded month."""

    code = "year-outside-service"
    title = "No recorded month of the contract falls in that year"
    remedy = "Name a year of the service; a contract year is named by the calendar year in which it begins."


class NoAnnualClause(Conflict):
    """An annual assessment that the terms do not ask for."""

    code = "no-annual-clause"
    title = "The terms in force ask for no annual assessment"
    remedy = "Record the clause annual_assessment by an amendment, if the parties agreed on one."


class MonthsNotFinal(Conflict):
    """Holding a year of which months have no final result."""

    code = "months-not-final"
    title = "Not every month of the year is final"
    remedy = "Make the months final that are named, then hold the year's assessment."


class AnnualTermsSilent(Conflict):
    """The clause leaves open what the year's score needs."""

    code = "annual-terms-silent"
    title = "The terms do not say how the year's score follows"
    remedy = "Record by an amendment what the errors name."


class AlreadyHeld(Conflict):
    """A second assessment of one year."""

    code = "already-held"
    title = "The year's assessment was held already"
    remedy = "A year is assessed once; read it to see when, and with which score."


class AnnualNotHeld(Conflict):
    """A notice of a year that nobody has assessed."""

    code = "not-held"
    title = "The year's assessment was not held yet"
    remedy = "Hold the year's assessment before it is notified."


class AnnualAlreadyNotified(Conflict):
    """A second notice of one year."""

    code = "year-already-notified"
    title = "The year's result is notified already"
    remedy = "A year is notified once; read it to see when, and under which number."
