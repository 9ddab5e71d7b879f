"""Reads the holiday notices as the calendar that the rules count with."""

from sqlmodel import Session, col, select

from app.models import WorkCalendarDay, WorkCalendarYear
from app.rules.working_days import CalendarDay, WorkCalendar


def work_calendar(session: Session) -> WorkCalendar:
    """Load the calendar in two statements; a year has some thirty named days, so it is small."""
    named = select(col(WorkCalendarDay.day), col(WorkCalendarDay.is_working_day), col(WorkCalendarDay.name))
    days = session.exec(named).all()
    years = session.exec(select(WorkCalendarYear.year)).all()
    return WorkCalendar.of([CalendarDay(day, works, name) for day, works, name in days], years)
