"""The months before one that count towards it: each has to be on record and final, or it is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.rules.lines import MonthFacts, month_zh
from app.rules.missing import MissingAnswerError, need
from app.rules.periods import Period
from app.rules.windows import Window, same


@dataclass(frozen=True, slots=True)
class History:
    """The months on record, and the first month of the service, which may be an earlier one."""

    months: Sequence[MonthFacts]
    first: Period

    def within(self, window: Window, month: MonthFacts) -> list[MonthFacts]:
        """Give the months of a window that come before one; raises MissingAnswerError where one is not known."""
        found = []
        for wanted in self.before(month):
            if not same(window, wanted, month.period):
                break
            found.append(self.known(wanted, month))
        return found[::-1]

    def before(self, month: MonthFacts) -> Iterator[Period]:
        """Give the service months before one, the latest first."""
        for back in range(1, self.first.until(month.period) + 1):
            yield month.period.plus(-back)

    def known(self, wanted: Period, month: MonthFacts) -> MonthFacts:
        """Give an earlier month of the service; MissingAnswerError where it is not on record or not final."""
        other = next((other for other in self.months if other.period == wanted), None)
        if other is None:
            raise before_record(wanted, month.period)
        if not other.final:
            zh, en = f"{month_zh(wanted)}考核结果尚未确定，本月是否重复无法认定", f"the final result of {wanted}"
            raise need("assessment", f"/assessments/{wanted}", zh, en, month.period)
        return other


def before_record(first: Period, period: Period) -> MissingAnswerError:
    """Say that a month from before the record begins would have to be known."""
    zh, en = f"{month_zh(first)}早于记录起始月份", f"{first}, which is before the record begins"
    return need("earlier_months", f"/assessments/{first}", zh, en, period)
