"""The documents as a whole: their paths and links lead somewhere, and they name no machine and no package index."""

import re
from pathlib import Path

import pytest

from app.settings import Settings
from tests.docs.exchanges import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text("utf-8")
_LINK = re.compile(r"\[[^\]]+\]\(([^)]+)\)")
_PATH = re.compile(r"`((?:app|scheduler|migrations|tests|docs|examples)/[\w./*-]*)`")
_ADDRESS = re.compile(r"https?://([^/\s'\")`]+)")
_HOST = re.compile(r"\b[\w-]+\.(?:com|org|net|io|cn)\b")
_HOME = re.compile(r"(?<![\w.$:/])/(?:home|root|tmp|opt|work|Users|private|mnt|data|etc|usr)\b")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("column", ["app/rules", "app/features", "app/models", "app/api"])
def test_where_things_are_decided_found_stored_and_shown_exists(column: str) -> None:
    """Each row of the README's table names a file of each room."""
    table = README.split("## Where lateness", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) >= 3
    for row in rows:
        paths = [path for path in _PATH.findall(row) if path.startswith(column)]
        assert paths, row
        assert [path for path in paths if not (ROOT / path).is_file()] == []


def test_settings_are_all_in_the_readme() -> None:
    """Each by the name of its environment variable."""
    prefix = str(Settings.model_config.get("env_prefix"))
    names = {str(field.validation_alias or prefix + name.upper()) for name, field in Settings.model_fields.items()}
    table = README.split("## Settings", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == names


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_links_resolve(document: Path) -> None:
    """A link leads to a file of this tree, and to a heading that is there."""
    for link in _LINK.findall(document.read_text("utf-8")):
        place, _, heading = link.partition("#")
        target = document.parent / place if place else document
        assert target.is_file(), link
        headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
        # As a page's anchors are made of its headings: without punctuation.
        anchors = {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}
        assert not heading or heading in anchors, link


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_paths_exist(document: Path) -> None:
    """Every path in backquotes is one of this tree."""
    paths = set(_PATH.findall(document.read_text("utf-8")))
    assert [path for path in sorted(paths) if not list(ROOT.glob(path))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_no_machine_and_no_index_is_named(document: Path) -> None:
    """Addresses are this machine's own or nobody's for ever (`.example`); no path begins at a machine's root."""
    text = document.read_text("utf-8")
    assert {host for host in _ADDRESS.findall(text) if not re.match(r"127\.0\.0\.1|[\w.]+\.example$", host)} == set()
    assert _HOST.findall(text) == []
    assert _HOME.findall(text) == []


def test_every_document_is_reached_from_the_readme() -> None:
    """The README's list is whole."""
    assert {ROOT / link for link in _LINK.findall(README) if link.startswith("docs/")} == set(DOCUMENTS[1:])
