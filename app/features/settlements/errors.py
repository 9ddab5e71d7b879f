"""What the state of the money forbids."""

from app.errors import Conflict, Forbidden


class ApproverIsDrafter(Forbidden):
    """Approving what one has drafted oneself."""

    code = "approver-is-drafter"
    title = "Whoever drafted it may not approve it"
    remedy = "Let another person of the finance staff approve it."


class AlreadyApproved(Conflict):
    """Approving twice, or drafting anew what is approved."""

    code = "already-approved"
    title = "It is approved already"
    remedy = "What is approved stands; what has changed since is an adjustment of the next settlement."


class DraftStale(Conflict):
    """Approving a draft that would come out otherwise today."""

    code = "draft-stale"
    title = "The draft no longer says what the record says"
    remedy = "Draft it anew, read it, and let it be approved."


class SettlementIncomplete(Conflict):
    """Drafting what the terms or the record do not decide."""

    code = "settlement-incomplete"
    title = "The settlement cannot be reckoned yet"
    remedy = "Answer what the errors name: by an amendment where the terms are silent, else by recording the fact."


class NothingToSettle(Conflict):
    """A payment period of which nothing is left to settle."""

    code = "nothing-to-settle"
    title = "There is nothing to settle in that period"
    remedy = "Name a payment period of the contract after its opening balance."


class HeldBelowNothing(Conflict):
    """An approval by which a fund would hold less than nothing."""

    code = "held-below-nothing"
    title = "The fund does not hold as much"
    remedy = "What was paid out of the fund cannot be taken back by an adjustment; agree on it with the vendor."


class PeriodNotEnded(Conflict):
    """Settling a payment period whose service is still going on."""

    code = "period-not-ended"
    title = "The payment period has not ended"
    remedy = "Draft it from the day after its last day of service."


class PaymentExceedsPayable(Conflict):
    """Paying more than is payable."""

    code = "payment-exceeds-payable"
    title = "More would be paid than is payable"
    remedy = "Pay at most what is left, or correct the payment that was recorded before."


class NotApproved(Conflict):
    """Paying what nobody has approved."""

    code = "not-approved"
    title = "It is not approved"
    remedy = "Have it approved before it is paid."


class AlreadyVoided(Conflict):
    """Voiding a payment twice."""

    code = "already-voided"
    title = "The payment is voided already"
    remedy = "Nothing is left to do."


class VoucherTaken(Conflict):
    """A second payment with one voucher for one thing."""

    code = "voucher-taken"
    title = "That voucher has paid this already"
    remedy = "Read the payments; record each voucher once for each settlement or payout."


class OpeningTaken(Conflict):
    """A second opening balance, or one after Kaohe has settled something itself."""

    code = "opening-taken"
    title = "The contract's books are open already"
    remedy = "An opening balance comes first, and once; correct it by drafting it anew before it is approved."


class PayoutExceedsHeld(Conflict):
    """Paying out more than a fund holds."""

    code = "payout_exceeds_held"
    title = "The payout exceeds what is held"
    remedy = "Choose a reading, or correct the inputs, so that no more is paid out than is held back."


class PayoutNotDecided(Conflict):
    """Approving a payout whose clause is incomplete or ambiguous."""

    code = "payout-not-decided"
    title = "The payout's amount is not decided"
    remedy = "Record the choice of a reading with its inputs, or the facts that the payout names as missing."


class NothingToChoose(Conflict):
    """Recording a reading of a payout that has none to choose."""

    code = "nothing-to-choose"
    title = "The payout has no reading to choose"
    remedy = "Only a prorated payout whose text allows several readings is read."


class ReleaseTaken(Conflict):
    """A second release of one part of the holdback."""

    code = "release-taken"
    title = "That part of the holdback is released already"
    remedy = "Each release of the clause is drafted and approved once."


class ReleaseExceedsHeld(Conflict):
    """A release of more than is held."""

    code = "release-exceeds-held"
    title = "The release exceeds what is held"
    remedy = "Release at most what the holdback holds."


class TrialGoingOn(Conflict):
    """Asking for a trial of a centre while another one goes on."""

    code = "trial-going-on"
    title = "A trial of the centre is still going on"
    remedy = "Read how far it has come, and ask again once it is done."
