"""Real processes that need no seconds to start: one process imports the program, every other one is forked from it.

It is told here what to import, for all of them: whoever told it last would be the only one heard.
"""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from app.settings import settings

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [__name__, "app.cli", "scheduler.__main__", "tests.clocks", "tests.deliverers", "tests.servers"]
)

PATIENCE_SECONDS = 120.0


@dataclass
class Program:
    """A program that runs, and the file into which it writes whatever it says."""

    process: ForkServerProcess
    file: Path

    def ended(self) -> tuple[int | None, str]:
        """Wait for its end; gives its code, or None where it does not end, and what it has said."""
        self.process.join(PATIENCE_SECONDS)
        return self.process.exitcode, self.file.read_text("utf-8")


def be(module: str, words: Sequence[str], environment: Mapping[str, str], file: Path) -> None:
    """Be the program whose `main` a module has, as a shell would start it with these words and this environment."""
    with file.open("wb") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    os.umask(0o022)
    os.environ.clear()
    os.environ.update(environment)
    settings.cache_clear()
    sys.argv = [module, *words]
    import_module(module).main()


@contextmanager
def program(module: str, words: Sequence[str], environment: Mapping[str, str], file: Path) -> Iterator[Program]:
    """Start a program, which is killed at the end where it has not ended by itself."""
    process = PROCESSES.Process(target=be, args=(module, words, {**os.environ, **environment}, file), daemon=True)
    process.start()
    try:
        yield Program(process, file)
    finally:
        process.kill()
        process.join()
