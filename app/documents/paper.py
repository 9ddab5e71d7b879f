"""A file with the names that it is saved under."""

import re
from dataclasses import dataclass

_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|\s]+')
_NOT_ASCII = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Paper:
    """A file: its bytes, its name in Chinese, and one in ASCII for programs that know no other letters."""

    content: bytes
    name: str
    ascii_name: str


def file_name(suffix: str, *parts: str) -> str:
    """Join the parts to a name that every file system takes: `结算单_SL-2024_2024-Q1.xlsx`."""
    kept = [_NOT_IN_A_NAME.sub("_", part).strip("._") for part in parts]
    return "_".join(part for part in kept if part)[:_LONGEST] + suffix


def ascii_file_name(suffix: str, *parts: str) -> str:
    """Join the parts to a name of letters, digits, point, hyphen and underscore alone."""
    return file_name(suffix, *(_NOT_ASCII.sub("_", part).strip("_") for part in parts))
