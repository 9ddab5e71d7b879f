"""The guide to the audit lists every action that a service records, by what it is done to."""

import re
from collections import defaultdict

from tests.docs.exchanges import ROOT

NO_ACTS = frozenset({"id", "key", "txt", "yaml"})
"""What follows the dot of other words of this shape: columns that are referred to, and files."""


def _recorded() -> dict[str, set[str]]:
    """Read the words `noun.verb` of the features; those that vendors are told of are types of events, listed apart."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in (*(ROOT / "app/features").rglob("*.py"), ROOT / "app/backup_cli.py"):
        if file.parts[-2:] != ("events", "types.py"):
            for noun, verb in re.findall(r'"([a-z_]+)\.([a-z_]+)"', file.read_text("utf-8")):
                if verb not in NO_ACTS and noun != "kaohe":
                    found[noun].add(verb)
    return dict(found)


def test_the_guide_lists_every_action() -> None:
    """A new one needs its word in the table; one that is gone loses it."""
    table = (ROOT / "docs/audit.md").read_text("utf-8").partition("| what is done to it |")[2].partition("\n\n")[0]
    listed = {
        noun: set(re.findall(r"`(\w+)`", verbs))
        for noun, verbs in re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE)
    }
    assert listed == _recorded()
