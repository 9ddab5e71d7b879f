"""The months before one whose findings and fails count towards it; what lies before the record is not counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.rules.lines import MonthFacts, month_zh
from app.rules.missing import MissingAnswerError, need
from app.rules.periods import Period
from app.rules.windows import Window, same


@dataclass(frozen=True, slots=True)
class History:
    """The months on record, in their order.

    Counts begin with the record, as those of repeat offences do (domain.md section 3); only sums of money, such as
    what a cap has left, ask for the months before it.
    """

    months: Sequence[MonthFacts]

    def within(self, window: Window, month: MonthFacts) -> list[MonthFacts]:
        """Give the months of a window that come before one; raises MissingAnswerError where one is not final."""
        return [other for other in self.months if other.period < month.period and self._counts(window, other, month)]

    def before(self, month: MonthFacts) -> Iterator[MonthFacts]:
        """Give the months before one, the latest first; raises MissingAnswerError at one that is not final."""
        for other in reversed(self.months):
            if other.period < month.period:
                _require_final(other, month)
                yield other

    @staticmethod
    def _counts(window: Window, other: MonthFacts, month: MonthFacts) -> bool:
        if not same(window, other.period, month.period):
            return False
        _require_final(other, month)
        return True


def _require_final(other: MonthFacts, month: MonthFacts) -> None:
    if not other.final:
        zh, en = (
            f"{month_zh(other.period)}考核结果尚未确定，本月是否重复无法认定",
            f"the final result of {other.period}",
        )
        raise need("assessment", f"/assessments/{other.period}", zh, en, month.period)


def before_record(first: Period, period: Period) -> MissingAnswerError:
    """Say that a month from before the record begins would have to be known."""
    zh, en = f"{month_zh(first)}早于记录起始月份", f"{first}, which is before the record begins"
    return need("earlier_months", f"/assessments/{first}", zh, en, period)
