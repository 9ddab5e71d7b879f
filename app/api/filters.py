"""What lists are narrowed by, each with a value that finds something in the documentation's examples."""

from typing import Annotated

from fastapi import Query

from app.values import Day, Instant

Month = Annotated[
    str | None,
    Query(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$", description="考核月份, a month.", examples=["2023-01"]),
]
Year = Annotated[int | None, Query(ge=2000, le=2099, description="Of the months, the calendar year.", examples=[2023])]
UpdatedSince = Annotated[
    Instant | None,
    Query(description="Only what has changed at or after this instant.", examples=["2023-03-26T08:00:00+08:00"]),
]
RecordedSince = Annotated[
    Instant | None,
    Query(description="Only what was recorded at or after this instant.", examples=["2023-03-26T08:00:00+08:00"]),
]
RecordedUntil = Annotated[
    Instant | None,
    Query(description="Only what was recorded before this instant.", examples=["2024-12-31T16:00:00Z"]),
]
IssueTypeCode = Annotated[
    str | None, Query(max_length=64, description="`code` of an issue type.", examples=["leaving_post"])
]
CounterCode = Annotated[str | None, Query(max_length=32, description="`code` of a counter.", examples=["A-07"])]
Withdrawn = Annotated[
    bool | None, Query(description="Only those that are withdrawn, or only those that count.", examples=[False])
]
SinceFrom = Annotated[Day | None, Query(description="Alarming since this day or later.", examples=["2023-02-01"])]
SinceTo = Annotated[Day | None, Query(description="Alarming since this day or earlier.", examples=["2023-12-31"])]
