"""Reads the holiday notices as the calendar that the rules count with."""

from sqlmodel import Session, select

from app.models import WorkCalendarDay, WorkCalendarYear
from app.rules.working_days import CalendarDay, WorkCalendar


def work_calendar(session: Session) -> WorkCalendar:
    """Load the calendar in two statements; a year has some thirty named days, so it is small."""
    days = session.exec(select(WorkCalendarDay.day, WorkCalendarDay.is_working_day, WorkCalendarDay.name)).all()
    years = session.exec(select(WorkCalendarYear.year)).all()
    return WorkCalendar.of([CalendarDay(day, works, name) for day, works, name in days], years)
