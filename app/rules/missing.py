"""An answer that the terms, or the record, do not give: it is named, and what depends on it is refused."""

from dataclasses import dataclass

from app.rules.workings import Label


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not known: `name` for programs, `pointer` where it belongs, and what it is needed for.

    A pointer that begins with `/terms` is one into the terms in force; another names a month's assessment or the like.
    """

    name: str
    pointer: str
    label: Label
    period: str | None = None


class MissingAnswerError(Exception):
    """Stops a calculation that cannot be made; it is caught where the months or payouts are told apart."""

    def __init__(self, missing: Missing) -> None:
        """Keep what is missing."""
        self.missing = missing
        super().__init__(f"{missing.pointer}: {missing.label.en}")


def need(name: str, pointer: str, zh: str, en: str, period: object = None) -> MissingAnswerError:
    """Say what is needed and not there."""
    return MissingAnswerError(Missing(name, pointer, Label(zh, en), None if period is None else str(period)))
