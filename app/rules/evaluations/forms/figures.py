"""What a cell of a form gives as a text of the document: one line, as printed, with a warning where it was mended."""

import re

from app.rules.evaluations import printed
from app.rules.evaluations.forms.labels import LOOSE_NATURES, label, nature, plain
from app.rules.evaluations.forms.remarks import Reading
from app.rules.evaluations.values import Nature
from app.rules.grids import Cell

_BREAK = re.compile(r"[^\S\n]*[\n\r\v\f\t\x1c-\x1f\x85\u2028\u2029]+\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_LATIN = re.compile(r"[A-Za-z]")
_SAID = {
    printed.STRAY_POINT: "a point behind the number was overlooked",
    printed.PERCENT_WITH_CURRENCY: "a percentage stands beside a unit of money, which was overlooked",
    printed.PERCENT_WITH_UNIT: "a percentage stands beside another unit, which was overlooked",
    printed.UNKNOWN_UNIT: "its unit is not known here",
    printed.WORDS_OVERLOOKED: "words around the number were overlooked",
    printed.APPROXIMATE: "it is said to be approximate",
    printed.OPERATORS_DIFFER: "two operators contradict each other",
    printed.NO_LEADING_ZERO: "no digit stands before the point",
    printed.NO_FIGURE: "there is no number in it",
    printed.SEVERAL_FIGURES: "there is more than one number in it",
    printed.IS_RANGE: "it is a range",
    printed.IS_FRACTION: "it is a fraction",
    printed.WRONG_GROUPING: "its thousands are set apart in a way that no number has",
    printed.UNREADABLE: "it cannot be read as one number",
    printed.TOO_LONG: "it is too long for a number",
}
_DASHES = re.compile(r"[-—–~～至到]+")
_SIGNS = {"≥": Nature.AT_LEAST, ">": Nature.AT_LEAST, "≤": Nature.AT_MOST, "<": Nature.AT_MOST, "=": Nature.EQUAL}


def line(reading: Reading, cell: Cell | None) -> str | None:
    """Give a cell's text in one line, the breaks that only a narrow column made taken out; None where it is empty."""
    text = reading.take(cell)
    if not text or cell is None:
        return None
    pieces = _BREAK.split(text)
    joined = pieces[0]
    for piece in pieces[1:]:
        if joined[-1:].isdigit() and piece[:1].isdigit():
            said = f"{cell.place}: a line ends within the digits of {text[:40]!r}; they were joined."
            reading.warn(cell.place, "broken-number", said)
        joined += (" " if _LATIN.match(joined[-1:]) and _LATIN.match(piece) else "") + piece
    return _CONTROL.sub("", joined).strip() or None


def prose(reading: Reading, cell: Cell | None) -> str | None:
    """Give a longer text with its paragraphs."""
    text = reading.take(cell).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _CONTROL_BUT_BREAKS.sub("", text).strip() or None


def figure(reading: Reading, cell: Cell | None, *, must: bool = False, unit: str | None = None) -> str | None:
    """Give a figure as printed, with a warning for what must be overlooked to read it; a fault where it `must` be one.

    What is struck out ("—") is no fault.
    """
    text = line(reading, cell)
    if text is None or cell is None:
        return None
    found = printed.read(text, unit)
    why = "; ".join(_SAID.get(code, code) for code in found.warnings)
    if found.value is None and why and must:
        reading.fault(cell.place, "no-figure", f"{cell.place}: '{text[:60]}' is no figure: {why}.", "Write one number.")
    elif why:
        reading.warn(cell.place, "figure-" + found.warnings[0], f"{cell.place}: '{text[:60]}': {why}.")
    return text


def nature_of(reading: Reading, cell: Cell | None, target: str | None, at: str) -> Nature:
    """Tell how an actual figure is held against its target: by its own column, or by the sign before the target."""
    said = reading.take(cell)
    own = nature(said)
    if own is not None:
        return own
    loose = LOOSE_NATURES.get(label(said))
    if loose is not None and cell is not None:
        reading.warn(cell.place, "strict-operator", f"{cell.place}: '{said}' was read as 'or equal'.")
        return loose
    if plain(said) not in ("", "定量", "定量指标", "-", "—", "/") and cell is not None:
        remedy = "Write ≥, ≤, ＝, 区间 or 定性."
        reading.fault(cell.place, "unknown-nature", f"{cell.place}: '{said[:40]}' is no nature of a target.", remedy)
    return _nature_by(reading, target, at)


def _nature_by(reading: Reading, target: str | None, at: str) -> Nature:
    if target is None:
        reading.warn(at, "no-target", f"{at}: there is no target; it was read as 定性.")
        return Nature.QUALITATIVE
    found = printed.read(target)
    if found.operator in _SIGNS:
        if found.operator in (">", "<"):
            reading.warn(at, "strict-operator", f"{at}: '{target[:40]}' was read as 'or equal'.")
        return _SIGNS[found.operator]
    if printed.read_range(target) is not None:
        return Nature.RANGE
    if found.value is not None:
        reading.warn(at, "no-operator", f"{at}: '{target[:40]}' has no operator; it was read as '＝'.")
        return Nature.EQUAL
    if any(sign.isdigit() for sign in target):
        reading.warn(at, "target-in-words", f"{at}: '{target[:40]}' is no single figure; it was read as 定性.")
    return Nature.QUALITATIVE


def ends_of(target: str) -> tuple[str, str] | None:
    """Part "75%～80%" into its two ends as printed; None where it is no range."""
    if printed.read_range(target) is None:
        return None
    for found in _DASHES.finditer(target):
        low, high = target[: found.start()].strip(), target[found.end() :].strip()
        if printed.read(low).value is not None and printed.read(high).value is not None:
            return low, high
    return None
