"""`make bench`: every ratio of docs/performance.md, measured in one run; `python -m bench --help` for parts of it."""

import argparse
import time
from collections.abc import Sequence

from rich.console import Console

from app.database import ROOT
from bench import nights, report, requests
from bench.figures import Figure
from bench.places import Place, files, server
from bench.records import load
from bench.seeds import seeded

GROWN = 10
"""Growth is measured from a tenth of the record."""
LARGE = 10.0
"""From this scale on only PostgreSQL is measured, and only what growth may change."""
PARTS = ("nights", "requests", "settlements")

out = Console(stderr=True)


def measure(place: Place, seed: str, scale: float, parts: Sequence[str], seconds: float) -> list[Figure]:
    """Measure on one database, saying what is being done."""
    figures: list[Figure] = []
    began = time.monotonic()

    def say(what: str) -> None:
        out.print(f"{time.monotonic() - began:6.0f} s  {place.name}: {what}")

    def found(some: Sequence[Figure]) -> None:
        # Said at once: what fails later does not take with it what was measured before.
        figures.extend(some)
        for figure in some:
            out.print(f"          {figure.name} {figure.value:.2f}")

    say("loading the record")
    record = load(place.empty("record"), scale, seed=seed, alerts="nights" not in parts)
    if "nights" in parts:
        say("nights")
        found(nights.run(place, record, seed))
    if "requests" in parts:
        say("requests")
        small = load(place.empty("small"), scale / GROWN, seed=seed, alerts=True)
        found(requests.run(record, small, seconds=seconds))
    if "settlements" in parts:
        say("settlements")
        found([nights.settlements(place)])
    say("done")
    return figures


def main() -> None:
    """Measure, print the table, keep the figures in var/bench."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("--scale", type=float, default=1.0, help="1: 1,000 contracts, 1,000,000 findings")
    asked.add_argument("--only", choices=("sqlite", "postgresql"), help="measure on one database")
    asked.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    asked.add_argument("--seconds", type=float, default=1.0, help="scales the length of each round")
    given = asked.parse_args()
    figures: list[Figure] = []
    with seeded() as seed:
        for name, place in (("sqlite", files), ("postgresql", server)):
            if given.only in (None, name) and not (name == "sqlite" and given.scale >= LARGE):
                with place() as here:
                    figures += measure(here, seed, given.scale, given.parts, given.seconds)
    print(f"\n{report.machine()}, scale {given.scale:g}\n\n{report.told(figures)}")
    print(f"Kept in {report.keep(figures, ROOT / 'var' / 'bench', given.scale).relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
