"""What the state of a contract forbids."""

from app.errors import Conflict, Invalid, KaoheError


class ContractNumberTaken(Conflict):
    """A second contract of one number."""

    code = "contract-number-taken"
    title = "The service center has a contract of that number"
    remedy = "Use the contract that is there, or another number."


class ContractClosed(Conflict):
    """An amendment or a second closing of a closed contract."""

    code = "contract-closed"
    title = "The contract is closed"
    remedy = "Nothing can be added after the closing; record the new service as a contract of its own."


class FactsAfterClosing(Conflict):
    """Months after the intended last day already carry facts."""

    code = "facts-after-closing"
    title = "Months after that day are already recorded"
    remedy = "Close the contract on a later day, on or after the last recorded fact."


class TermsUnreadable(KaoheError):
    """A stored terms document has been damaged; nothing is decided by it."""

    code = "terms-unreadable"
    title = "The contract's terms cannot be read"
    remedy = "Have the operator restore the terms of this contract from a backup."


class PeriodOutsideService(Invalid):
    """A month that the contract does not serve, or that Kaohe does not answer for."""

    code = "period-outside-service"
    title = "The month is not one of the contract's service months"
    remedy = "Use a month from recorded_from to the end, or the closing, of the contract."
