"""What the state of a budget forbids."""

from app.errors import Conflict


class ProjectTaken(Conflict):
    """A second line of one project and year."""

    code = "project-taken"
    title = "The service center has a budget line of that project and year"
    remedy = "Use the line that is there, adjust it, or give the project another code."


class BudgetLineInUse(Conflict):
    """Changing what was adjusted or spent from already."""

    code = "budget-line-in-use"
    title = "The budget line is in use"
    remedy = "Adjust its amount, or decide about the expenditures that its purposes do not cover."


class BudgetBelowNothing(Conflict):
    """Taking more from a line than it has on that day or a later one."""

    code = "budget-below-nothing"
    title = "The budget line does not have that much"
    remedy = "Read the line again and take at most what it has."


class ReferenceRecorded(Conflict):
    """An expenditure whose reference is on record."""

    code = "reference-recorded"
    title = "An expenditure of that reference is on record"
    remedy = "Leave out what is on record already; nothing was recorded."


class BeyondPayment(Conflict):
    """Expenditures that name a payment and come to more than was paid by it."""

    code = "beyond-payment"
    title = "The payment does not come to that much"
    remedy = "Name the payment that it is, state what was paid by it, or leave payment_id out."


class ExpenditureReversed(Conflict):
    """Deciding about an expenditure that a counter-entry has undone, or about a counter-entry."""

    code = "expenditure-reversed"
    title = "The expenditure was reversed"
    remedy = "Record it anew if it was spent after all."


class NothingToAccept(Conflict):
    """Accepting an expenditure that nothing is wrong with, or that was decided about already."""

    code = "nothing-to-accept"
    title = "The expenditure has no open mismatch"
    remedy = "Read the expenditure again; somebody else may have decided about it."
