"""The shipped deployment: containers that may do little, secrets without defaults, names of images without a host."""

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.api.uploads import LARGEST_FILE
from app.main import assemble
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "compose.yaml").read_text("utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
SECRET = re.compile(r"KEY|PASSWORD|TLS")
OPTIONAL = {"KAOHE_SMTP_PASSWORD"}
"""Secrets of what a deployment may do without."""


def test_services_start_in_order() -> None:
    """Each waits for the one before it; the clock needs the schema alone."""
    waits = {name: set(service.get("depends_on", {})) for name, service in SERVICES.items()}
    assert waits == {
        "database": set(),
        "migrate": {"database"},
        "service": {"migrate"},
        "clock": {"migrate"},
        "proxy": {"service"},
    }


@pytest.mark.parametrize("name", SERVICES)
def test_containers_may_do_little(name: str) -> None:
    """Their file system is read-only and gains no privileges; only the proxy listens outside."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert ("ports" in service) == (name == "proxy")
    # PostgreSQL's image gives up root by itself, for which it needs what the others must not have.
    assert name == "database" or service["cap_drop"] == ["ALL"]


def test_secrets_have_no_defaults() -> None:
    """Without them nothing starts."""
    given = re.findall(r"\$\{(\w+)(:\?|:-)", TEXT)
    assert {name for name, _ in given if SECRET.search(name)} >= {"KAOHE_DB_PASSWORD", "KAOHE_SECRET_KEY", "KAOHE_TLS"}
    assert {name for name, kind in given if SECRET.search(name) and kind == ":-"} == OPTIONAL
    written = re.findall(r"(?:KEY|PASSWORD): (?!\$\{)(\S+)", TEXT)
    assert written == []


def test_images_are_named_without_a_host_and_with_a_version() -> None:
    """Whoever runs it decides where they come from."""
    images = {service["image"] for service in SERVICES.values()}
    assert images - {"kaohe"} == {image for image in images if re.fullmatch(r"[a-z]+:[\d.]+", image)}


def test_settings_of_the_services_are_settings() -> None:
    """A name that is spelt wrongly would be left unread."""
    prefix = str(Settings.model_config.get("env_prefix"))
    known = {str(field.validation_alias or prefix + name.upper()) for name, field in Settings.model_fields.items()}
    assert set(SERVICES["service"]["environment"]) <= known


def test_by_hand_starts_the_same_services() -> None:
    """In the same order; the database is called what its program is called."""
    script = (ROOT / "deploy" / "by-hand.sh").read_text("utf-8")
    started = re.findall(r'^start (\w+)|^"\$kaohe" (migrate)$', script, re.MULTILINE)
    assert [first or second for first, second in started] == ["postgresql", "migrate", "service", "clock", "proxy"]


def test_the_proxy_bounds_slow_clients() -> None:
    """Every wait has an end, and what the service allows fits in."""
    text = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    bounds = {
        name: int(seconds)
        for name, seconds in re.findall(r"(read_header|read_body|write|idle) \D*(\d+)\}?s$", text, re.MULTILINE)
    }
    assert set(bounds) == {"read_header", "read_body", "write", "idle"}
    defaults = Settings.model_fields
    assert bounds["read_body"] > max(defaults["evidence_seconds"].default, defaults["body_seconds"].default)
    (largest,) = re.findall(r"max_size (\d+)MB", text)
    assert int(largest) * 1_000_000 > max(defaults["evidence_largest"].default, LARGEST_FILE)


def test_the_proxy_lets_every_file_through() -> None:
    """A path that takes a file's bytes is not bounded as JSON is; all others are."""
    text = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    (patterns,) = re.findall(r"@json not path (.+)$", text, re.MULTILINE)
    bodies = {
        path: "application/json" not in operation["requestBody"]["content"]
        for path, item in assemble().openapi()["paths"].items()
        for operation in item.values()
        if "requestBody" in operation
    }
    let_through = {path for path in bodies if any(fnmatchcase(path, pattern) for pattern in patterns.split())}
    taking_files = {path for path, takes_bytes in bodies.items() if takes_bytes}
    assert len(taking_files) >= 3
    assert taking_files <= let_through
    assert {path for path in let_through if not bodies[path]} <= {"/v1/portal/evidence"}
