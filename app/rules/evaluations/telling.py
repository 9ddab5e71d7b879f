"""Sentences about a score: figures that one can reckon with, and reasons why there is none."""

from fractions import Fraction

from app.rules.money import exact, figure


class CannotTell(Exception):
    """Nothing tells what is asked, and nothing is guessed; `code` says why to programs, the text to people."""

    def __init__(self, code: str, sentence: str) -> None:
        """Take the code and a sentence with its full stop."""
        super().__init__(sentence)
        self.code = code

    @property
    def step(self) -> str:
        """Give the sentence with its code before it, as it stands among the steps of a score."""
        return f"{self.code}: {self}"


def told(value: Fraction) -> str:
    """Write a figure with its decimals; one that does not end is cut, says so, and gives its fraction."""
    written = figure(value)
    return f"{written} (cut; exactly {exact(value)})" if written.endswith("…") else written
