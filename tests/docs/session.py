"""A page's blocks in the terminals of one reader: a shell, a Python session, and the answers that the page prints."""

import code
import io
import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from tests.docs.exchanges import ROOT, compare

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATIENCE_SECONDS = 120
_DONE = "-- the block has ended with"


def blocks(document: str) -> Iterator[tuple[str, str]]:
    """Give every fenced block of a page with its language, in their order."""
    yield from _BLOCK.findall((ROOT / document).read_text("utf-8"))


class Terminal:
    """A shell that stays open, as a reader's does: variables and programs in the background outlive a block."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Open it in a folder."""
        self._shell = subprocess.Popen(
            ["sh"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(environment),
            text=True,
            start_new_session=True,
        )

    def run(self, block: str) -> str:
        """Type a block and give what it prints; it must end well, and in time."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(f"{block}\nprintf '\\n%s %s\\n' '{_DONE}' $?\n")
        self._shell.stdin.flush()
        impatience = threading.Timer(PATIENCE_SECONDS, self._kill)
        impatience.start()
        said = ""
        try:
            for line in self._shell.stdout:
                if line.startswith(_DONE):
                    assert line == f"{_DONE} 0\n", f"{block}\n{said}"
                    return said.strip()
                said += line
        finally:
            impatience.cancel()
        raise AssertionError(f"the shell has ended: {block}\n{said}")

    def close(self) -> None:
        """Leave it, with what still runs in its background."""
        self._kill()
        with self._shell as shell:
            shell.communicate()

    def _kill(self) -> None:
        # Its own group: what it runs, and nobody else.
        with suppress(ProcessLookupError):
            os.killpg(self._shell.pid, signal.SIGKILL)


class Session(code.InteractiveConsole):
    """A Python session that is typed into line by line, as a reader pastes: a blank line ends a definition."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._said = io.StringIO()
        # Its own `print`, since what else this process prints, such as a service's log, is not the reader's.
        super().__init__({"__name__": "__main__", "print": partial(print, file=self._said)})

    def run(self, block: str) -> str:
        """Paste a block and give what it prints."""
        self._said.seek(0)
        self._said.truncate()
        for line in [*block.splitlines(), ""]:
            self.push(line)
        return self._said.getvalue()

    def showtraceback(self) -> None:
        """Let what went wrong be the test's."""
        raise  # noqa: PLE0704 it is called while the error is handled

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:
        """Let it be the test's, as above."""
        raise  # noqa: PLE0704 as above


def printed_as(language: str, block: str, said: str, known: dict[str, str]) -> None:
    """Compare what was printed last with the page's block: lines of text, JSON, or an answer's status and members."""
    if language == "text":
        assert said.strip() == block.strip()
    elif language == "json":
        compare(json.loads(block), json.loads(said), known)
    else:
        status, _, members = block.partition("\n")
        *_, answer = re.split(r"^(?=\d{3} )", said, flags=re.MULTILINE)
        assert answer[:3] == status, answer
        compare(json.loads(members), json.loads(answer[3:]), known)
