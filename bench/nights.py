"""N1 to N4: a full night against statements by hand, nights that cost what changed, a quarter's settlements, memory."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from app import nightly
from app.database import ROOT, Database
from app.features.access.service import authenticate
from app.features.assessments import findings
from app.features.assessments.findings import NewFinding
from app.models import Contract
from bench import floor_nights
from bench.drivers import Driver
from bench.figures import Figure
from bench.places import Place
from bench.records import CLONES_A_VENDOR, SEEDED, VENDORS, Record, load
from bench.seeds import NIGHT, noon_of

FULL_REACH, UNCHANGED_REACH, CHANGED_REACH = 1.5, 0.05, 0.1
CHANGED_SHARE = 100
"""One contract of so many is changed before N3."""
SETTLED_CONTRACTS, SETTLED_MONTHS = 2000, 12
MEMORY_SHARES = (0.25,)
"""Of the record's contracts; the last point is the record itself."""
COUNTED = ("flag_late_notices", "flag_overdue_rectifications", "flag_below_pass_mark")
"""Jobs of which a select by hand gives one row for each alert."""
FLAT = 1.25
"""From a quarter of the contracts to all of them a night's memory grows by a quarter at most."""


@dataclass(frozen=True, slots=True)
class Night:
    """What one night took."""

    jobs: Sequence[dict[str, Any]]
    peak: float
    """MiB."""

    @property
    def wall(self) -> float:
        """Give its seconds in all."""
        return float(sum(job["wall"] for job in self.jobs))

    def said(self, most: int = 5) -> str:
        """Write its seconds and where most of them went."""
        longest = sorted(self.jobs, key=lambda job: -job["wall"])[:most]
        told = ", ".join("{job} {wall:.2f}".format(**job) for job in longest)
        return f"{self.wall:.2f} s ({told})"


def run(place: Place, record: Record, seed: str) -> list[Figure]:
    """Measure N1, N2 and N3 on a loaded record that has no alerts yet; afterwards it has them."""
    before = place.copy(record.url, "before_night")
    full = _night(record.url, NIGHT)
    _refuse_broken(full)
    figures = [_against_floor(place.name, record.url, before, full)]
    unchanged = _night(record.url, NIGHT + timedelta(days=1))
    changed = _change(record)
    after = _night(record.url, NIGHT + timedelta(days=2))
    figures.append(_share("N2", "a night before which nothing changed", place.name, unchanged, full, UNCHANGED_REACH))
    what = f"a night before which {changed} contracts of {record.rows['contracts']} changed"
    figures.append(_share("N3", what, place.name, after, full, CHANGED_REACH))
    figures.append(_memory(place, record, seed, full))
    return figures


def settlements(place: Place, contracts: int = SETTLED_CONTRACTS) -> Figure:
    """Measure N4: the settlements that a night drafts for so many contracts, against inserting the same rows."""
    url = place.empty("settled")
    load(url, contracts / (VENDORS * CLONES_A_VENDOR * SEEDED), SETTLED_MONTHS)
    before = place.copy(url, "before_settling")
    night = _night(url, NIGHT)
    _refuse_broken(night)
    (job,) = (job for job in night.jobs if job["job"] == "draft_due_settlements")
    seconds = _inserted(url, before)
    tables = ("settlements", "settlement_lines", "settlement_months")
    floor = sum(taken for name, taken in seconds.items() if name in tables)
    return Figure(
        name="N4",
        database=place.name,
        what=f"settlements of the periods that ended, {contracts} contracts",
        value=job["wall"] / floor,
        at_least=False,
        ours=f"{job['wall']:.2f} s for {job['written']} settlements",
        floor=f"{floor:.2f} s to insert their rows",
        more={"job": job, "inserted": seconds},
    )


def _night(url: str, day: date) -> Night:
    command = [sys.executable, "-m", "bench.one_night", url, str(day)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return Night(**json.loads(done.stdout.splitlines()[-1]))


def _refuse_broken(night: Night) -> None:
    broken = [job["job"] for job in night.jobs if job["failed"]]
    if broken:
        message = f"the record is broken for {', '.join(broken)}"
        raise RuntimeError(message)


def _against_floor(database: str, url: str, before: str, full: Night) -> Figure:
    driver = Driver(before)
    found = floor_nights.selects(driver, NIGHT)
    driver.close()
    _check(url, found)
    inserted = _inserted(url, before)
    finding, writing = sum(job.seconds for job in found), sum(inserted.values())
    return Figure(
        name="N1",
        database=database,
        what="a full night, the first of the record, by statements by hand",
        value=full.wall / (finding + writing),
        reach=FULL_REACH,
        at_least=False,
        ours=full.said(),
        floor=f"{finding + writing:.2f} s: finding {finding:.2f}, writing {writing:.2f}",
        more={
            "jobs": list(full.jobs),
            "found": {job.job: [job.seconds, job.found] for job in found},
            "inserted": inserted,
        },
    )


def _check(url: str, found: Sequence[floor_nights.FloorJob]) -> None:
    """See that the statements by hand find the alerts that the night has opened; repeats they find by their rows."""
    driver = Driver(url)
    for job in found:
        if job.job in COUNTED:
            ((alerts,),) = driver.read("SELECT count(*) FROM alerts WHERE kind = ?", nightly.FLAGS[job.job].kind)
            if alerts != job.found:
                message = f"{job.job}: {alerts} alerts, and {job.found} by hand"
                raise RuntimeError(message)
    driver.close()


def _inserted(url: str, before: str) -> dict[str, float]:
    ours, bare = Driver(url), Driver(before)
    seconds = floor_nights.insert(bare, floor_nights.written_by(ours, bare))
    ours.close()
    bare.close()
    return seconds


def _share(name: str, what: str, database: str, night: Night, full: Night, reach: float) -> Figure:
    return Figure(
        name=name,
        database=database,
        what=f"{what}, by N1",
        value=night.wall / full.wall,
        reach=reach,
        at_least=False,
        ours=night.said(3),
        floor=f"{full.wall:.2f} s",
        more={"jobs": list(night.jobs)},
    )


def _change(record: Record) -> int:
    """Record a finding in one contract of a hundred, as a supervisor does on the day after the first night."""
    database = Database(record.url)
    day = NIGHT + timedelta(days=1)
    with noon_of(day), database.write() as session:
        who = authenticate(session, record.supervisor)
        chosen = _chosen(session)
        for contract in chosen:
            findings.record_finding(session, who, contract, NewFinding(issue_type="issue-04", occurred_on=day))
    database.dispose()
    return len(chosen)


def _chosen(session: Session) -> list[Any]:
    ids = session.exec(select(Contract.id).order_by(col(Contract.id))).all()
    return list(ids[:: min(CHANGED_SHARE, len(ids))])


def _memory(place: Place, record: Record, seed: str, full: Night) -> Figure:
    """Compare the memory of a full night with that of a full night over a part of the contracts."""
    peaks = {}
    for scale in MEMORY_SHARES:
        url = place.empty(f"part_{round(scale * 100)}")
        part = load(url, scale * record.rows["contracts"] / (VENDORS * CLONES_A_VENDOR * SEEDED), seed=seed)
        peaks[part.rows["contracts"]] = _night(url, NIGHT).peak
    peaks[record.rows["contracts"]] = full.peak
    smallest = next(iter(peaks.values()))
    return Figure(
        name="N1 memory",
        database=place.name,
        what=f"most memory of a night, {record.rows['contracts']} contracts by {next(iter(peaks))}",
        value=full.peak / smallest,
        reach=FLAT,
        at_least=False,
        ours=", ".join(f"{count} contracts {peak:.0f} MiB" for count, peak in peaks.items()),
        more={"peaks": peaks},
    )
