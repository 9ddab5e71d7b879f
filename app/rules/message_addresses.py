"""What an address of each channel consists of, so that nobody can make the service call where it should not.

The hosts are those of the platforms and of the deployment's own mail server; a person gives only what names a place
there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.rules.faults import Fault


@dataclass(frozen=True, slots=True)
class _Member:
    """A part of an address: what it must look like, in signs and in words."""

    pattern: re.Pattern[str]
    form: str
    remedy: str = "Copy it from the robot's settings, without the address around it."


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ROBOT = _Member(re.compile(r"[A-Za-z0-9]{32,128}"), "32 to 128 letters and digits")
_DASHED = _Member(re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{30,62}[A-Za-z0-9]"), "32 to 64 letters, digits and dashes")
_MAIL = _Member(
    re.compile(rf"(?=.{{3,254}}\Z)[A-Za-z0-9](?:[A-Za-z0-9_+-]|\.(?!\.|@)){{0,63}}@{_LABEL}(?:\.{_LABEL})+"),
    "one plain address, such as officer@office.example",
    "Write name@host, such as officer@office.example: no display name, no second address, nothing around it.",
)

MEMBERS: Mapping[str, Mapping[str, _Member]] = {
    "email": {"address": _MAIL},
    "dingtalk": {"token": _ROBOT, "secret": _ROBOT},
    "wecom": {"key": _DASHED},
    "feishu": {"token": _DASHED},
}
"""By kind of channel, what its address is made of; all of it is needed, and nothing else is taken."""

SHOWN = 4
"""How many signs of a token its owner recognises it by."""


def address_faults(kind: str, given: Mapping[str, str]) -> list[Fault]:
    """Say what is wrong with the members of an address of a kind of channel; none of them is quoted."""
    wanted = MEMBERS[kind]
    named = f"A channel of kind {kind} takes {' and '.join(wanted)}."
    faults = [Fault(f"/{name}", "not-of-this-channel", named, "Leave it out.") for name in given if name not in wanted]
    for name, member in wanted.items():
        if name not in given:
            faults.append(Fault(f"/{name}", "address-incomplete", named, f"Give {name}: {member.form}."))
        elif not member.pattern.fullmatch(given[name]):
            faults.append(Fault(f"/{name}", "address-malformed", f"It must be {member.form}.", member.remedy))
    return faults


def named_by(kind: str) -> str:
    """Give the member that names the place: two addresses that are alike in it lead to one place."""
    return next(iter(MEMBERS[kind]))


def place(kind: str, given: Mapping[str, str]) -> str:
    """Give the place that a sound address leads to; mail servers make no difference of capitals."""
    named = given[named_by(kind)]
    return named.casefold() if kind == "email" else named


def hint(kind: str, given: Mapping[str, str]) -> str:
    """Give so much of a sound address that its owner recognises it: nobody could send anything there with it."""
    first = given[named_by(kind)]
    if kind == "email":
        local, _, host = first.partition("@")
        return f"{local[:1]}…@{host}"[:100]
    return f"…{first[-SHOWN:]}"
