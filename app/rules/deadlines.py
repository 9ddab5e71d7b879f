"""By when something is due, and how late it is: due-date rules as data (domain.md section 5)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.rules.periods import Period, add_months
from app.rules.working_days import WorkCalendar

_ONE_DAY = timedelta(days=1)
_LONGEST_MONTH = 31


class Unit(StrEnum):
    """What a rule's length counts; for `DAY_OF_NEXT_MONTH` the length is the day's number."""

    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    DAY_OF_NEXT_MONTH = "day_of_next_month"


class Roll(StrEnum):
    """Where a last day goes that is a rest day.

    `DAY_AFTER_HOLIDAY` moves only the rest days of a named holiday, also those on its weekends, to the first day
    after the holiday (Civil Code, article 203, without ordinary weekends); `NEXT_WORKING_DAY` moves any rest day.
    """

    NONE = "none"
    DAY_AFTER_HOLIDAY = "day_after_holiday"
    NEXT_WORKING_DAY = "next_working_day"


@dataclass(frozen=True, slots=True)
class DueDateRule:
    """A time limit: `length` of `unit` after the event that `after` names, then rolled.

    By default the event's own day does not count (Civil Code, article 201). Day D of the next month needs no
    counting, so `counts_start_day` changes nothing there. Raises ValueError for a length under 1, or for a day of
    the month over 31.
    """

    after: str
    unit: Unit
    length: int
    roll: Roll
    counts_start_day: bool = False

    def __post_init__(self) -> None:
        """Refuse a limit that would end before its event: "the same day" is 1 day with the start day counted."""
        if self.length < 1:
            raise ValueError(f"the length of a due-date rule is 1 or more, not {self.length}")
        if self.unit is Unit.DAY_OF_NEXT_MONTH and self.length > _LONGEST_MONTH:
            raise ValueError(f"the day of the next month is 1 to {_LONGEST_MONTH}, not {self.length}")


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day `on` which something is in time; `provisional` while a notice it rests on is not out.

    `steps` are sentences with their dates, from which a reader can recompute it.
    """

    on: date
    provisional: bool
    steps: tuple[str, ...]


class DueState(StrEnum):
    """How a due date stands on a given day."""

    NOT_DUE = "not_due"
    ON_TIME = "on_time"
    LATE = "late"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Lateness:
    """A state, and how late in calendar `days` and in `working_days`, both 0 where nothing is late.

    `provisional` when the working days were counted over days that a notice to come may decide.
    """

    state: DueState
    days: int
    working_days: int
    provisional: bool


def due_date(rule: DueDateRule, event_on: date, calendar: WorkCalendar) -> DueDate:
    """Work out the due date of something that follows from an event on `event_on`."""
    first_day = event_on if rule.counts_start_day else event_on + _ONE_DAY
    last_day = _last_day(rule, event_on, calendar)
    on, rolled = _rolled(rule.roll, last_day, calendar)
    steps = [f'The event "{rule.after}" was on {event_on}.', _counted(rule, first_day, last_day), rolled]
    counts_working_days = rule.unit is Unit.WORKING_DAYS
    # Calendar days and months look at working days only where the last day may roll.
    looks_from = first_day if counts_working_days else last_day
    provisional = (counts_working_days or rule.roll is not Roll.NONE) and calendar.is_provisional(looks_from, on)
    if provisional:
        unpublished = f"A notice that may name working days from {looks_from} to {on} is not out yet"
        steps.append(f"{unpublished}, so {on} is provisional.")
    return DueDate(on, provisional, tuple(steps))


def lateness(due_on: date, met_on: date | None, as_of: date, calendar: WorkCalendar) -> Lateness:
    """Tell how something due on `due_on` and met on `met_on` (None: not met) stands on `as_of`.

    What is met after `as_of` is not yet known then, and counts as not met (domain.md section 5).
    """
    if met_on is not None and met_on <= as_of:
        until, state = met_on, DueState.ON_TIME if met_on <= due_on else DueState.LATE
    else:
        until, state = as_of, DueState.NOT_DUE if as_of <= due_on else DueState.OVERDUE
    days_late = max((until - due_on).days, 0)
    # The count begins on the day after `due_on`, so a due date on 31 December does not touch its own year.
    provisional = days_late > 0 and calendar.is_provisional(due_on + _ONE_DAY, until)
    return Lateness(state, days_late, calendar.working_days_after(due_on, until), provisional)


def _last_day(rule: DueDateRule, event_on: date, calendar: WorkCalendar) -> date:
    """Give the last day of the limit before it rolls."""
    match rule.unit:
        case Unit.CALENDAR_DAYS:
            return event_on + timedelta(days=rule.length - int(rule.counts_start_day))
        case Unit.WORKING_DAYS:
            return calendar.add_working_days(event_on, rule.length, rule.counts_start_day)
        case Unit.MONTHS:
            return _end_of_months(event_on, rule.length, counts_start_day=rule.counts_start_day)
        case Unit.DAY_OF_NEXT_MONTH:
            next_month = Period.of(event_on).plus(1)
            return next_month.first_day.replace(day=min(rule.length, next_month.days))


def _counted(rule: DueDateRule, first_day: date, last_day: date) -> str:
    if rule.unit is Unit.DAY_OF_NEXT_MONTH:
        return f"Day {rule.length} of the next month, at most its last day, is {last_day}."
    unit = rule.unit.replace("_", " ")
    limit = f"{rule.length} {unit.removesuffix('s') if rule.length == 1 else unit}"
    return f"{limit} from {first_day} on: the last day is {last_day}."


def _end_of_months(event_on: date, months: int, *, counts_start_day: bool) -> date:
    """Give the last day of a limit in months: the corresponding day, or the end of a month too short for it.

    With the start day counted the limit ends one day earlier, unless the month's end stands in already
    (Civil Code, articles 201 and 202).
    """
    last_day = add_months(event_on, months)
    has_corresponding_day = last_day.day == event_on.day
    return last_day - _ONE_DAY if counts_start_day and has_corresponding_day else last_day


def _rolled(roll: Roll, last_day: date, calendar: WorkCalendar) -> tuple[date, str]:
    """Give the day that `last_day` rolls to, and the sentence that says why."""
    match roll:
        case Roll.NONE:
            return last_day, f"No roll is agreed, so {last_day} stands."
        case Roll.DAY_AFTER_HOLIDAY:
            on = last_day
            # Holidays that touch (中秋节 and 国庆节 in 2023) are passed together: a day of the second is no day after.
            while calendar.holiday_name(on) is not None:
                on += _ONE_DAY
            if on == last_day:
                return on, f"{last_day} is not a rest day of a named holiday, so it stands."
            return on, f"{last_day} is a rest day of {calendar.holiday_name(last_day)}, so it rolls to {on}."
        case Roll.NEXT_WORKING_DAY:
            on = calendar.next_working_day(last_day)
            if on == last_day:
                return on, f"{last_day} is a working day, so it stands."
            return on, f"{last_day} is a rest day, so it rolls to the next working day, {on}."
