"""What the bench prints and keeps: one line a figure, and whether it was reached."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bench.figures import Figure


def machine() -> str:
    """Say on what was measured."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def told(figures: Sequence[Figure]) -> str:
    """Write the figures as a table for a reader, whatever was not reached by how much."""
    lines = []
    for figure in figures:
        side = "≥" if figure.at_least else "≤"
        reach = "" if figure.reach is None else f"{side} {figure.reach:g}"
        lines.append(f"{figure.database:<11}{figure.name:<22}{figure.value:>9.2f}  {reach:<8}{_verdict(figure)}")
        lines.append(f"           {figure.what}")
        lines += [
            f"           {name}: {text}"
            for name, text in (("ours", figure.ours), ("floor", figure.floor), ("note", figure.note))
            if text
        ]
    missed = [figure for figure in figures if figure.reached is False]
    asked = [figure for figure in figures if figure.reach is not None]
    lines.append(f"\n{len(asked) - len(missed)} of {len(asked)} reached")
    return "\n".join(lines)


def _verdict(figure: Figure) -> str:
    if figure.reached is None or figure.reach is None:
        return ""
    return "reached" if figure.reached else f"not reached (by {abs(figure.value - figure.reach):.2f})"


def keep(figures: Sequence[Figure], folder: Path, scale: float) -> Path:
    """Write everything that was measured into a file of the day, and give it; a later run of the day replaces it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{date.today().isoformat()}.json"  # noqa: DTZ011 the day of whoever measures
    document = {"machine": machine(), "scale": scale, "figures": [figure.written() for figure in figures]}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
