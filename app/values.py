"""The values of the API as pydantic types: what is a string on the wire and an exact value inside."""

import re
import uuid
import warnings
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic.warnings import UnsupportedFieldAttributeWarning

from app.rules.money import exact, format_hundredths, parse_hundredths, parse_yuan, yuan
from app.rules.periods import Period

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2089, 12, 31)
LARGEST_FEN = 10**15
"""Ten thousand times 10^9 yuan: above any contract, and far inside 64 bits."""
LARGEST_POINTS = 100_000

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PERIOD = re.compile(r"\d{4}-\d{2}", re.ASCII)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_TWO_PLACES = re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII)
_RATE = re.compile(r"[01](\.\d{1,8})?", re.ASCII)
_SHARE = re.compile(r"[01](\.\d{1,8})?|\d{1,4}/[1-9]\d{0,3}", re.ASCII)
_QUANTITY = re.compile(r"\d{1,15}(\.\d{1,6})?", re.ASCII)


# The framework calls each body by an alias, and hides the warning of that only while it makes a route.
warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)


class Shape(BaseModel):
    """The base of every request and response: unknown members are refused, values are kept as they are.

    What checks and writes it is built with its first use; in most processes few of the models are ever used.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Out(BaseModel):
    """The base of what a door gives out, made of values that are right already: rows that the program wrote itself.

    What writes it is built with its first use, as for `Shape`.
    """

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:  # type: ignore[override]
        """Take values over as they are, in a third of the time that the library takes to look at each of them.

        What is no member of the model is not given out; what is left out has its default, where all defaults are None.
        """
        made = cls.__new__(cls)
        for name in cls._optional():
            values.setdefault(name)
        # The very four that the library sets itself; it has no shorter way.
        put = object.__setattr__
        put(made, "__dict__", values)
        put(made, "__pydantic_fields_set__", _fields_set or set())
        put(made, "__pydantic_extra__", None)
        put(made, "__pydantic_private__", None)
        return made

    @classmethod
    def members_of(cls, row: Mapping[Any, Any]) -> dict[str, Any]:
        """Give the members that a row has under their own names, in the order in which the model names them."""
        return {name: row[name] for name in cls.model_fields if name in row}

    @classmethod
    @cache
    def _optional(cls) -> tuple[str, ...]:
        given = {name: field for name, field in cls.model_fields.items() if not field.is_required()}
        wrong = [name for name, field in given.items() if field.get_default() is not None]
        if wrong:
            message = f"{cls.__name__} has defaults other than None: {', '.join(wrong)}"
            raise TypeError(message)
        return tuple(given)


def shown(*examples: dict[str, Any]) -> ConfigDict:
    """Give a body its examples for the OpenAPI document; a test sends each as it stands and gets what it asks for."""
    return ConfigDict(json_schema_extra={"examples": list(examples)})


def _text(value: object, pattern: re.Pattern[str], form: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        message = f"must be a string like {form}"
        raise ValueError(message)
    return value


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    day = date.fromisoformat(_text(value, _DAY, '"2023-03-26"'))
    if not FIRST_DAY <= day <= LAST_DAY:
        message = f"must lie between {FIRST_DAY} and {LAST_DAY}"
        raise ValueError(message)
    return day


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    instant = datetime.fromisoformat(_text(value, _INSTANT, '"2023-03-26T08:00:00+08:00", with its offset'))
    if not FIRST_DAY <= instant.date() <= LAST_DAY:
        message = f"must lie between {FIRST_DAY} and {LAST_DAY}"
        raise ValueError(message)
    return instant


def _period(value: object) -> Period:
    return value if isinstance(value, Period) else Period.parse(_text(value, _PERIOD, '"2023-01"'))


def parse_id(text: str) -> uuid.UUID | None:
    """Read an id with its dashes, in upper or lower case; None for any other spelling, such as a URN or in braces."""
    return uuid.UUID(text) if _ID.fullmatch(text) else None


def read_year(value: object) -> int:
    """Read a year of an address, four digits; ValueError for what would be the same number, such as `+2023`."""
    return int(_text(value, _YEAR, '"2023"'))


def _points(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    points = Decimal(_text(value, _TWO_PLACES, '"89.50", with at most two decimals'))
    if points > LARGEST_POINTS:
        message = f"must be at most {LARGEST_POINTS}"
        raise ValueError(message)
    return points


def _fen(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        message = 'must be a string in yuan like "938761.72"'
        raise ValueError(message)  # noqa: TRY004 pydantic answers a ValueError and lets a TypeError through
    fen = parse_yuan(_text(value, _TWO_PLACES, '"938761.72", in yuan, with at most two decimals'))
    if fen > LARGEST_FEN:
        message = f"must be at most {yuan(LARGEST_FEN)}"
        raise ValueError(message)
    return fen


def _rate(value: object) -> Decimal:
    rate = value if isinstance(value, Decimal) else Decimal(_text(value, _RATE, '"0.9"'))
    if rate > 1:
        message = 'must be at most "1"'
        raise ValueError(message)
    return rate


def _share(value: object) -> Fraction:
    share = value if isinstance(value, Fraction) else Fraction(_text(value, _SHARE, '"0.3", or "1/6"'))
    if share > 1:
        message = 'must be at most "1"'
        raise ValueError(message)
    return share


def _quantity(value: object) -> Decimal:
    return (
        value if isinstance(value, Decimal) else Decimal(_text(value, _QUANTITY, '"0.245", with at most six decimals'))
    )


def _string(pattern: str, *examples: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples), **more})


def points_text(points: Decimal) -> str:
    """Write points as the API does, with two places."""
    return format_hundredths(parse_hundredths(str(points)))


Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2023-03-26"]}),
]
"""A calendar date in Asia/Shanghai."""

Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2023-03-26T08:00:00+08:00"]}),
]
"""An instant, with its offset; naive and epoch values are refused."""

PeriodValue = Annotated[
    Period,
    BeforeValidator(_period),
    PlainSerializer(str, return_type=str),
    _string(r"^20\d{2}-(0[1-9]|1[0-2])$", "2023-01"),
]
"""考核月份, a month."""

Points = Annotated[
    Decimal,
    BeforeValidator(_points),
    PlainSerializer(points_text, return_type=str),
    _string(r"^\d{1,6}(\.\d{1,2})?$", "89.50"),
]
"""Points of a score, with two places."""

Hundredths = Annotated[
    int,
    PlainSerializer(format_hundredths, return_type=str),
    _string(r"^\d{1,6}\.\d{2}$", "89.50"),
]
"""Points as they are stored, in hundredths; two places on the wire."""

Fen = Annotated[
    int,
    BeforeValidator(_fen),
    PlainSerializer(yuan, return_type=str),
    _string(r"^\d{1,13}(\.\d{1,2})?$", "938761.72"),
]
"""Money: yuan with two decimals on the wire, an integer in fen inside."""

SignedFen = Annotated[
    int,
    PlainSerializer(yuan, return_type=str),
    _string(r"^-?\d{1,13}\.\d{2}$", "-250.00"),
]
"""Money that may be owed either way, as adjustments are; only ever given out."""

Rate = Annotated[
    Decimal,
    BeforeValidator(_rate),
    PlainSerializer(str, return_type=str),
    _string(r"^[01](\.\d{1,8})?$", "0.9"),
]
"""A share between 0 and 1."""

Share = Annotated[
    Fraction,
    BeforeValidator(_share),
    PlainSerializer(exact, return_type=str),
    _string(r"^([01](\.\d{1,8})?|\d{1,4}/[1-9]\d{0,3})$", "0.3", "1/6"),
]
"""A share between 0 and 1 that may be a fraction, such as a sixth."""

Quantity = Annotated[
    Decimal,
    BeforeValidator(_quantity),
    PlainSerializer(str, return_type=str),
    _string(r"^\d{1,15}(\.\d{1,6})?$", "0.245", "1200"),
]
"""A figure that is counted or measured, a factor, or a price below a fen."""

_PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), Field(examples=["leaving_post"])]
ShortCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"), Field(examples=["A-07"])]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PRINTABLE, strip_whitespace=True)]
Number = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_PRINTABLE, strip_whitespace=True)]
DocumentNo = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_PRINTABLE, strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=_PRINTABLE, strip_whitespace=True)]
Note = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=_PRINTABLE, strip_whitespace=True)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=_PRINTABLE, strip_whitespace=True)]
ExternalRef = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_PRINTABLE)]
