"""What the state of a month forbids."""

from app.errors import Conflict, Forbidden, Invalid


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
    """A second decision about the same appeal, or about the same version of a month from a second paper."""

    code = "appeal-decided"
    title = "The appeal is decided already"
    remedy = "Read it to see how; a later revision of the month may be appealed against anew."


class AppealOpen(Conflict):
    """A paper's decision while an appeal that was filed against the same version is open."""

    code = "appeal-open"
    title = "An appeal that was filed against this version is open"
    remedy = "Decide that one by POST /v1/appeals/{appeal_id}/decision; the paper's decision can be recorded after it."


class AlreadyAcknowledged(Conflict):
    """A second acknowledgement of one notice."""

    code = "already-acknowledged"
    title = "The notice is acknowledged already"
    remedy = "A notice is acknowledged once; read the acknowledgement to see when, and by whom."


class AppealTooLate(Conflict):
    """An appeal after the last moment of its due date."""

    code = "appeal-too-late"
    title = "The time for an appeal is over"
    remedy = "An appeal is filed by 24:00 (Asia/Shanghai) of its due date; the service's own clock decides."


class AlreadyAppealed(Conflict):
    """The same line twice against one version of a month."""

    code = "already-appealed"
    title = "This is appealed against already"
    remedy = "Each criterion, each finding and the score are appealed against once in each version; read the appeals."


class DecidedByAssessor(Forbidden):
    """A decision about an appeal by who assessed the month, or made the version that it is against."""

    code = "decided-by-assessor"
    title = "Who has assessed a month does not decide about appeals against it"
    remedy = "Have another supervisor decide."


class FindingIsWithdrawn(Conflict):
    """A rectification of a finding that no longer counts."""

    code = "finding-is-withdrawn"
    title = "The finding is withdrawn"
    remedy = "Nothing is owed for it any more."


class RectificationPending(Conflict):
    """A second submission before the first one is judged."""

    code = "rectification-pending"
    title = "A rectification is waiting for its verification"
    remedy = "Wait until the service center verifies or returns it."


class RectificationVerified(Conflict):
    """A submission about a finding whose rectification is verified."""

    code = "rectification-verified"
    title = "The rectification is verified already"
    remedy = "Nothing is left to do."


class NothingToVerify(Conflict):
    """A judgement without a submission that waits for one."""

    code = "nothing-to-verify"
    title = "No rectification waits for its verification"
    remedy = "Read the finding's rectifications; somebody else may have been first."


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
