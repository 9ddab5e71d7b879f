"""Writes the worked figures of docs/clauses.md from the tables about clauses: `python -m tests.docs.clauses_guide`.

What stands outside the two marks of the page is written by hand and stays as it is.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.rules.lines import Component, Line
from app.rules.workings import sentences
from tests.docs.exchanges import ROOT
from tests.rules.clause_cases import Found, carry_out
from tests.rules.clause_contracts import cells_of, plain, service_of, terms_of
from tests.rules.shapes import BESIDE, BY_TRIGGERS, SHAPES
from tests.rules.tables import Case, document

PAGE = ROOT / "docs/clauses.md"
BEGINS, ENDS = (
    "<!-- worked figures: written by tests/docs/clauses_guide.py -->\n",
    "<!-- end of the worked figures -->\n",
)
WIDTH = 118
_BETWEEN = re.compile(f"(?<={re.escape(BEGINS)}).*(?={re.escape(ENDS)})", re.DOTALL)


def page(text: str) -> str:
    """Give the page with its worked figures as the tables have them; the rest of it is kept."""
    written = "\n".join(line for shape in (*SHAPES, *BESIDE) for line in worked(shape))
    return _BETWEEN.sub(lambda _: f"\n{written}\n", text)


def worked(shape: str) -> Iterator[str]:
    """Write what a contract says, its terms as data, what each case gives, and how one figure comes about."""
    read = document(shape)
    yield from (f"### `{shape}`", "", f"> {read['says']}", "", read["english"], "")
    yield from ("```json", _json(plain(read["terms"])), "```", "")
    if "amended" in read:
        yield from (f"Amended: {_amended(read['amended'])}.", "")
    if "service" in read:
        yield from (f"The service: {_members(read['service'])}.", "")
    yield from ("| case | what happens | gives |", "| --- | --- | --- |")
    for case in read["cases"]:
        yield f"| {case['case']} | {_happens(read, case)} | {_gives(case)} |"
    yield ""
    yield from _explained(shape, read)


# ---------------------------------------------------------------- what happens


def _happens(read: Case, case: Case) -> str:
    parts = [f"`{pointer}` {_value(value)}" for pointer, value in case.get("change", {}).items()]
    if "amended" in case:
        parts.append(f"amended: {_amended(case['amended'])}")
    if "service" in case:
        parts.append(f"service: {_members(case['service'])}")
    if "months" in case:
        months = cells_of(service_of(read, case)[1], case["months"])
        parts += [f"{period}: {_cell(cell)}" for period, cell in months.items()]
    for name in ("payout", "criteria", "years", "settles", "closed", "owed", "as_of"):
        if name in case:
            parts.append(f"{name}: {_members(case[name]) or 'none'}")
    return "; ".join(parts) or "—"


def _amended(amended: Mapping[str, Mapping[str, Any]]) -> str:
    return "; ".join(
        f"from {period} " + ", ".join(f"`{pointer}` {_value(value)}" for pointer, value in change.items())
        for period, change in amended.items()
    )


def _value(value: object) -> str:
    return "left out" if value is None else f"`{json.dumps(plain(value), ensure_ascii=False)}`"


def _cell(cell: object) -> str:
    if not isinstance(cell, Mapping):
        return f"score {_plainly(cell)}" if cell not in ("excused", "not_assessed", "open") else str(cell)
    parts = [f"{name} {_plainly(cell[name])}" for name in ("score", "full_mark", "final_on") if name in cell]
    if "findings" in cell:
        parts.append(_findings(cell["findings"]))
    parts += [_plainly(cell[name]) for name in ("metrics", "decisions") if name in cell]
    return ", ".join(parts) or "nothing"


def _findings(findings: object) -> str:
    if isinstance(findings, Mapping):
        return _plainly(findings) or "no findings"
    assert isinstance(findings, Sequence)
    return ", ".join(
        " ".join(
            [str(each["type"]), *(k if v is True else f"{k} {_plainly(v)}" for k, v in each.items() if k != "type")]
        )
        for each in findings
    )


def _plainly(value: object) -> str:
    """Write a value of a table as a sentence does."""
    if isinstance(value, Mapping):
        bounds = {"at_least": "at least", "below": "below"}
        return ", ".join(f"{bounds.get(name, name)} {_plainly(member)}" for name, member in value.items())
    if isinstance(value, list):
        return " ".join(_plainly(member) for member in value)
    return {"True": "yes", "False": "no", "None": "none"}.get(str(value), str(value))


def _members(value: object) -> str:
    return _plainly(plain(value))


# ---------------------------------------------------------------- what comes of it


def _gives(case: Case) -> str:
    if "refused" in case:
        # The tables of money name the code first, those of consequences the place.
        return "; ".join(f"refused: {' '.join(f'`{entry}`' for entry in each)}" for each in case["refused"])
    if "missing" in case:
        return "; ".join(f"missing: `{name}` `{pointer}`" for name, pointer in case["missing"])
    parts = [f"raises: {_members(entry)}" for entry in case.get("raises", [])]
    parts += [f"open: `{name}` `{pointer}`" for name, pointer in case.get("undecided", [])]
    gives = case.get("gives", {})
    if any(isinstance(value, Mapping) for value in gives.values()):
        parts += [f"{period}: {_members(figures)}" for period, figures in gives.items()]
    elif gives:
        parts.append(_members(gives))
    return "; ".join(parts) or "raises nothing"


def _explained(shape: str, read: Case) -> Iterator[str]:
    """Print the steps of one figure of the tables, in Chinese."""
    given = [case for case in read["cases"] if "gives" in case and shape not in BY_TRIGGERS]
    for case in sorted(given, key=lambda case: "explain" not in case):
        found = carry_out(read, case)
        said = _said(found, fee="money" not in terms_of(read, case) or shape in FEES)
        if said:
            yield from (f"How it comes about, in the case {case['case']}:", "", "```text", *said, "```", "")
            return


FEES = {"early_end", "volume_bounds", "instalments", "no_link", "split_payment"}
"""The shapes that are about the fee itself."""


def _said(found: Found, *, fee: bool) -> Sequence[str]:
    if found.said:
        return found.said
    lines: list[Line] = [line for line in found.lines if line.fen and (fee or line.component is not Component.FEE)]
    return [said["zh"] for said in sentences(step.written() for step in lines[-1].steps)] if lines else []


# ---------------------------------------------------------------- terms as data


def _json(value: object, indent: str = "") -> str:
    """Write data so that what fits on a line stands on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + _width(flat) <= WIDTH or not isinstance(value, Mapping | list) or not value:
        return flat
    inner = f"{indent}  "
    if isinstance(value, Mapping):
        members = [f"{json.dumps(name, ensure_ascii=False)}: {_json(member, inner)}" for name, member in value.items()]
        opened, closed = "{", "}"
    else:
        members, (opened, closed) = [_json(member, inner) for member in value], "[]"
    listed = f",\n{inner}".join(members)
    return f"{opened}\n{inner}{listed}\n{indent}{closed}"


def _width(text: str) -> int:
    return sum(1 if ord(letter) < 0x2E80 else 2 for letter in text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
