"""How large the form's letters are, and how much room a text takes where only the reader's program knows its font."""

from unicodedata import east_asian_width

from app.rules.evaluations.forms.paper import Look

POINTS = {Look.TITLE: 18, Look.YEAR: 11, Look.LABEL: 9, Look.TEXT: 9, Look.FIGURE: 9}
LINE = 1.35
"""Times the letter's height that a line takes."""
SHADE = "E3ECF7"
"""Behind what the program computed."""
MILLIMETRES = 25.4 / 72
"""Of one point."""


def lines(text: str, width: float, points: float) -> int:
    """Reckon how many lines a text takes in a width in millimetres; a Chinese character is as wide as it is high."""
    room = max(1, int(width / (points * MILLIMETRES) * 2))
    return sum(max(1, -(-halves(part) // room)) for part in text.split("\n"))


def halves(text: str) -> int:
    """Count the width of a text in halves of a Chinese character."""
    return sum(2 if east_asian_width(sign) in "WFA" else 1 for sign in text)
