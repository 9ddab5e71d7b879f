"""A page's blocks in the terminals of one reader: a shell, a Python session, and the answers that the page prints."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.docs.exchanges import ROOT, compare

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
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
        """Type a block and give what it prints; it must end well."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(f"{block}\necho; echo '{_DONE}' $?\n")
        self._shell.stdin.flush()
        said = ""
        for line in self._shell.stdout:
            if line.startswith(_DONE):
                assert line == f"{_DONE} 0\n", f"{block}\n{said}"
                return said.strip()
            said += line
        raise AssertionError(f"the shell has ended: {said}")

    def close(self) -> None:
        """Leave it, with what still runs in its background."""
        with self._shell as shell:
            shell.communicate("kill $(jobs -p) 2>/dev/null\nexit\n")


class Session:
    """A Python session of which each block's last expression is its answer."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.names: dict[str, Any] = {}

    def run(self, block: str) -> Any:  # noqa: ANN401 whatever the block ends with
        """Type a block and give the value of its last expression, or None where it ends with a statement."""
        *statements, last = ast.parse(block).body
        ended = last if isinstance(last, ast.Expr) else None
        body = statements if ended else [*statements, last]
        exec(compile(ast.Module(body, []), "<page>", "exec"), self.names)  # noqa: S102 a page of this tree
        return eval(compile(ast.Expression(ended.value), "<page>", "eval"), self.names) if ended else None  # noqa: S307 the same


def answers_as_printed(printed: str, answer: Any, known: dict[str, str]) -> None:  # noqa: ANN401 JSON
    """Compare a status and a body with a printed answer, which leaves members out."""
    status, _, members = printed.partition("\n")
    given, body = answer
    assert given == int(status), body
    if members.strip():
        compare(json.loads(members), body, known)
