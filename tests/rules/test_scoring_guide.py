"""The guide to scores names every code that reading, scoring and refusing an evaluation can give."""

import re
from itertools import chain
from pathlib import Path

from app.rules.evaluations import (
    execution,
    faults,
    judgements,
    method_faults,
    methods,
    printed,
    relation_faults,
    scoring,
    standings,
)

GUIDE = Path(__file__).parents[2] / "docs" / "evaluations-scores.md"
_MODULES = (execution, faults, judgements, method_faults, methods, printed, relation_faults, scoring, standings)
_CODE = re.compile(r"[a-z]+(?:-[a-z]+)*")


def test_every_code_is_explained() -> None:
    constants = chain.from_iterable(vars(module).items() for module in _MODULES)
    codes = {value for name, value in constants if name.isupper() and isinstance(value, str) and _CODE.fullmatch(value)}
    explained = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", GUIDE.read_text(encoding="utf-8")))
    assert codes - explained == set()
    hyphened = {word for word in explained if "-" in word}
    assert hyphened - codes == {"henan-scored"}
