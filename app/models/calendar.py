"""The State Council's holiday calendar, as far as its notices reach."""

from datetime import date, datetime

from sqlmodel import Field

from app.models.base import Table
from app.models.columns import instant_field


class WorkCalendarDay(Table, table=True):
    """A day that a notice names: a holiday's rest day, or a weekend day on which people work instead."""

    __tablename__ = "work_calendar"

    day: date = Field(primary_key=True)
    is_working_day: bool
    name: str = Field(max_length=50)
    source: str = Field(max_length=200)


class WorkCalendarYear(Table, table=True):
    """A year whose notice is in the calendar; every other year counts Monday to Friday and is provisional."""

    __tablename__ = "work_calendar_years"

    year: int = Field(primary_key=True)
    source: str = Field(max_length=200)
    recorded_at: datetime = instant_field()
