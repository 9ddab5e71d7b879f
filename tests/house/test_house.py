"""The house keeps its promises: pinned requirements, the targets, reasons for every exception, and pure rules."""

import ast
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ("app", "scheduler", "migrations", "tests", "bench", "examples")
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

# A rule computes from what it is given, so it needs no door to the outside and no source of chance or time.
IMPURE = frozenset((
    "asyncio", "ctypes", "http", "io", "json", "logging", "multiprocessing", "os", "pathlib", "pickle", "random",
    "secrets", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time",
    "urllib", "uuid", "warnings", "zoneinfo",
))  # fmt: skip
VAGUE_NAMES = frozenset({"common", "core", "helper", "helpers", "kit", "misc", "util", "utils"})


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders or CODE:
        yield from sorted((ROOT / folder).rglob("*.py"))


def _pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.\[\],-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", ["requirements-bootstrap.txt", "requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_with_hashes_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    requirements = [
        block for block in re.split(r"^(?=[^\s#])", text, flags=re.MULTILINE) if block and not block.startswith("#")
    ]
    assert requirements
    assert "://" not in text
    assert [block for block in requirements if "==" not in block or "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", ["requirements-bootstrap.in", "requirements.in", "requirements-dev.in"])
def test_wanted_requirements_name_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text("utf-8")


def test_development_requirements_hold_the_services_at_the_same_versions() -> None:
    assert _pins("requirements.txt").items() <= _pins("requirements-dev.txt").items()


def test_makefile_has_its_targets_and_declares_them() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    targets = {"run", "test", "proof", "bench", "bench-deliveries", "check", "format", "clock", "lock", "clean"}
    declared = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert declared is not None
    assert set(declared[1].split()) == targets
    assert targets <= set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))


def test_ci_runs_all_checks_and_all_tests() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text("utf-8").splitlines()
    assert os.access(script, os.X_OK)
    assert "set -e" in lines
    assert "make test" in lines


def test_image_holds_the_program_compiled_since_whoever_runs_it_cannot_write_there() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    compiled = re.search(r"^RUN .* -m compileall .* (app migrations scheduler)$", text, re.MULTILINE)
    assert compiled
    assert compiled.start() > text.index("COPY . .")


def test_image_runs_as_nobody_special_and_can_be_asked_for_its_health() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert "--require-hashes" in text
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)
    assert re.search(r"HEALTHCHECK[^\n]*\\\n.*/readyz", text)


def test_python_version_is_said_once() -> None:
    oldest = str(PYPROJECT["project"]["requires-python"]).removeprefix(">=")
    major, minor = map(int, oldest.split("."))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert sys.version_info >= (major, minor)
    assert PYPROJECT["tool"]["mypy"]["python_version"] == oldest
    assert PYPROJECT["tool"]["ruff"]["target-version"] == f"py{major}{minor}"
    assert f"sys.version_info < ({major}, {minor})" in makefile
    assert f"--python-version {oldest}" in makefile


def test_every_ruff_rule_is_on() -> None:
    assert PYPROJECT["tool"]["ruff"]["lint"]["select"] == ["ALL"]


def test_every_rule_that_is_off_states_its_reason() -> None:
    lint = PYPROJECT["tool"]["ruff"]["lint"]
    rules = {rule for rules in (lint["ignore"], *lint["per-file-ignores"].values()) for rule in rules}
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    entries = re.findall(r'^ *"([A-Z]+[0-9]+)",(.*)$', text, re.MULTILINE)
    assert {rule for rule, _ in entries} == rules
    assert [rule for rule, rest in entries if not re.fullmatch(r" # [A-Z].{10,}\.", rest)] == []


def test_every_exception_in_the_code_states_its_reason() -> None:
    exception = re.compile(r"#\s*noqa\b(?::\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*)?(.*)$")
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _sources()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := exception.search(line)) and not found[1].strip(" #():")
    ]
    assert bare == []


def test_import_contracts_are_all_there() -> None:
    contracts = {contract["id"] for contract in PYPROJECT["tool"]["importlinter"]["contracts"]}
    assert contracts == {"layers", "features", "doors", "rules", "clock", "outbound", "leaves"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    modules = [path.relative_to(ROOT) for path in _sources("app", "scheduler", "migrations")]
    assert [str(path) for path in modules if VAGUE_NAMES & {*path.parent.parts, path.stem}] == []


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        str(path.relative_to(ROOT)) for path in _sources() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_tables_read_their_annotations_at_run_time() -> None:
    # With postponed annotations, relationships such as `list["X"]` break.
    assert [str(path) for path in _sources("app/models") if "from __future__" in path.read_text("utf-8")] == []


@pytest.mark.parametrize("path", list(_sources("app/rules")), ids=lambda path: str(path.relative_to(ROOT)))
def test_rules_are_pure(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert [name for name in _imported(tree) if not _is_pure(name)] == []
    assert [ast.unparse(node) for node in ast.walk(tree) if _reads_the_clock_or_is_a_float(node)] == []


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def _is_pure(module: str) -> bool:
    package = module.split(".", maxsplit=1)[0]
    return module.startswith("app.rules") or (package in sys.stdlib_module_names and package not in IMPURE)


@pytest.mark.parametrize("path", list(_sources("examples")), ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_are_programs_of_somebody_else(path: Path) -> None:
    # What a vendor takes over must run where Kaohe is not installed.
    packages = {name.split(".", maxsplit=1)[0] for name in _imported(ast.parse(path.read_text("utf-8")))}
    assert packages <= {*sys.stdlib_module_names, "examples", "standardwebhooks"}


def _reads_the_clock_or_is_a_float(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="now" | "today" | "utcnow")):
            return True
        case ast.Name(id="float") | ast.Constant(value=float()):
            return True
    return False
