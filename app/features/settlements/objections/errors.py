"""What the state of the money forbids about objections."""

from app.errors import Conflict, Forbidden


class PaidInFull(Conflict):
    """Objecting to what is paid already."""

    code = "paid-in-full"
    title = "It is paid in full"
    remedy = "Talk to the service center; what is on record wrongly is put right by a revision and adjusted later."


class ObjectedAlready(Conflict):
    """A second objection to the same line or payout."""

    code = "objected-already"
    title = "There is an objection to it already"
    remedy = "Read the objection; each line is objected to once, and answered once."


class AnsweredAlready(Conflict):
    """Answering twice."""

    code = "answered-already"
    title = "The objection is answered already"
    remedy = "Read the objection; an answer stands."


class AnswererIsApprover(Forbidden):
    """Answering an objection to what one has approved oneself."""

    code = "answerer-is-approver"
    title = "Whoever approved it may not answer the objection"
    remedy = "Let another person of the finance staff or a supervisor answer."
