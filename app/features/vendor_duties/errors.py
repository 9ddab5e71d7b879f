"""What the state of a vendor's duties forbids."""

from app.errors import Conflict


class MonthNotEnded(Conflict):
    """A report of a month that is still going on."""

    code = "month-not-ended"
    title = "The month has not ended"
    remedy = "Hand the report in from the day after the month's last day of service."


class NothingToReturn(Conflict):
    """Returning a report that was never handed in, or was returned already."""

    code = "nothing-to-return"
    title = "There is no report of that month to return"
    remedy = "Read the month's report; what was returned waits for the vendor."
