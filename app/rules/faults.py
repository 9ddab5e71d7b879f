"""What is wrong with a document, where, and what to do about it."""

from dataclasses import dataclass


def escaped(name: str) -> str:
    """Write a member's name as a part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a document that somebody handed in; a check returns them, it never repairs.

    `pointer` is a JSON pointer from the root of what was checked, `code` a kebab-case name that programs
    can rely on, `detail` says what is wrong with the figures in it, `remedy` what the sender can do.
    """

    pointer: str
    code: str
    detail: str
    remedy: str

    def under(self, prefix: str) -> "Fault":
        """Give the same fault as seen from a document that holds the checked one at `prefix`."""
        return Fault(prefix + self.pointer, self.code, self.detail, self.remedy)
