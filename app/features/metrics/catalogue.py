"""The catalogue of standard codes (指标目录), as its file states them."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.rules.metric_codes import Adding, StandardCode

_FILE = Path(__file__).parent / "catalogue.yaml"


@cache
def standard_codes() -> Mapping[str, StandardCode]:
    """Give every standard code by itself, in the order of the file."""
    entries = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {entry["code"]: _code(entry) for entry in entries}


@cache
def by_name() -> Mapping[str, StandardCode]:
    """Give every standard code by everything that a heading may call it."""
    return {name: entry for entry in standard_codes().values() for name in entry.names}


def names_of(code: str) -> dict[str, str]:
    """Name a code in both languages; a centre's own is quoted as it stands."""
    standard = standard_codes().get(code)
    return {"zh": standard.zh, "en": standard.en} if standard else {"zh": f"“{code}”", "en": f"'{code}'"}


def _code(entry: Mapping[str, Any]) -> StandardCode:
    share = entry.get("share", False)
    most = "1" if share else entry.get("most")
    return StandardCode(
        code=entry["code"],
        zh=entry["zh"],
        en=entry["en"],
        unit_zh=entry["unit"][0],
        unit_en=entry["unit"][1],
        over_months=Adding(entry["months"]),
        over_counters=Adding(entry["counters"]),
        whole=entry.get("whole", False),
        most=None if most is None else Decimal(most),
        share=share,
        also=tuple(entry.get("also", ())),
    )
