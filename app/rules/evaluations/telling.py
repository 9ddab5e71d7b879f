"""Sentences about a score: figures that one can reckon with, and reasons why there is none."""

from dataclasses import dataclass
from fractions import Fraction

from app.rules.money import exact, figure

_SHORT = 10**20
"""A longer denominator is read by nobody."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in Chinese and in English."""

    zh: str
    en: str


class CannotTell(Exception):
    """Nothing tells what is asked, and nothing is guessed; `code` says why to programs, the text to people."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        """Take the code and a sentence with its full stop, in Chinese and in English."""
        super().__init__(en)
        self.code = code
        self.zh = zh

    @property
    def step(self) -> Said:
        """Give the sentence as it stands among the steps of a score: in English with its code before it."""
        return Said(self.zh, f"{self.code}: {self}")


def told_zh(value: Fraction) -> str:
    """Write a figure as `told` does, in Chinese."""
    written = figure(value)
    if not written.endswith("…"):
        return written
    return f"{written}（截取，即{exact(value)}）" if value.denominator < _SHORT else f"{written}（截取）"


def told(value: Fraction) -> str:
    """Write a figure with its decimals; one that does not end is cut, says so, and gives its fraction if short."""
    written = figure(value)
    if not written.endswith("…"):
        return written
    return f"{written} (cut; exactly {exact(value)})" if value.denominator < _SHORT else f"{written} (cut)"
