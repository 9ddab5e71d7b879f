"""A vendor's integration, from the first token to go-live: every block of the page is run against a real service."""

import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.database import Database
from app.demo import principals, run
from app.errors import registry
from app.features.events.texts import SENTENCES
from app.features.events.types import TOLD
from tests.docs.exchanges import ROOT
from tests.docs.session import Session, Terminal, blocks, printed_as
from tests.live import serving
from tests.nights import run_nights

PAGE = "docs/vendor-integration.md"


@dataclass
class Reader:
    """Somebody who pastes the page into a shell and a Python session, where the service has another port."""

    terminal: Terminal
    session: Session
    ports: dict[str, str]

    def types(self, language: str, block: str) -> str:
        """Paste a block, and give what is printed."""
        for printed, real in self.ports.items():
            block = block.replace(printed, real)
        return self.terminal.run(block) if language == "sh" else self.session.run(block)


def _with_curl(folder: Path) -> str:
    """Give the PATH on which `curl` is found: the machine's own, or on one without it a stand-in of ours."""
    path = os.environ["PATH"]
    if shutil.which("curl"):
        return path
    stand_in = folder / "bin" / "curl"
    stand_in.parent.mkdir()
    stand_in.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "tests/docs/curl.py"}" "$@"\n', "utf-8")
    stand_in.chmod(0o755)
    return f"{stand_in.parent}{os.pathsep}{path}"


@pytest.fixture
def reader(demo: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """Give a reader in a checkout whose demo was started."""
    vendors, _ = run.load(demo, lambda *_: None)
    run_nights(demo, run.LAST_NIGHT.isoformat())
    with demo.write() as session:
        principals.tokens(session, principals.ensure(session, vendors), tmp_path / "var" / "demo-tokens.json")
    for name, place in {"examples": ROOT / "examples", ".venv": Path(sys.prefix)}.items():
        (tmp_path / name).symlink_to(place)
    monkeypatch.chdir(tmp_path)
    # The very checkout that is tested, wherever its programs were installed from.
    terminal = Terminal(tmp_path, {**os.environ, "PYTHONPATH": str(ROOT), "PATH": _with_curl(tmp_path)})
    with serving(demo, tmp_path / "var") as address, socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
        free.close()
        yield Reader(terminal, Session(), {"http://127.0.0.1:8000": address, "9000": port})
    terminal.close()


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_block_does_what_the_page_prints(reader: Reader) -> None:
    """Each block is typed in turn; a block of an answer is compared with what the one before it has printed."""
    said, known, count = "", dict[str, str](), 0
    for language, block in blocks(PAGE):
        count += 1
        if language in {"sh", "python"}:
            said = reader.types(language, block)
        else:
            printed_as(language, block, said, known)
    assert count > 5


def _rows(heading: str) -> list[list[str]]:
    """Give the rows of the page's table below a heading, without its head."""
    section = (ROOT / PAGE).read_text("utf-8").split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    table = [line for line in section.splitlines() if re.match(r"\| (`\w+\.\w+`|\d{3} )", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


def test_every_event_that_vendors_are_told_is_in_the_table() -> None:
    """With its sentences and the address that it leads to."""
    told = {
        f"`{type_}`": [SENTENCES[type_].en, SENTENCES[type_].zh, f"`{told.vendor}`"]
        for type_, told in TOLD.items()
        if told.vendor is not None
    }
    assert {name: rest for name, *rest in _rows("Every event")} == told


def test_every_refusal_of_the_table_is_one_of_the_service() -> None:
    """By its status and its code."""
    known = {(str(kind.status), code) for code, kind in registry().items()}
    named = {(found[1], found[2]) for row in _rows("Refusals") if (found := re.match(r"(\d+) `([a-z-]+)`", row[0]))}
    assert len(named) > 5
    assert named <= known
