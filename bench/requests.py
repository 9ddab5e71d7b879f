"""R1 to R4, W1 and W2 against the floor, in interleaved rounds of one run; growth, start and memory of the service."""

import statistics
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from bench import serving
from bench.drivers import Driver
from bench.figures import Figure
from bench.load_outcome import Outcome
from bench.records import Record
from bench.scenarios import PAGE, Scenario, Task, ids_of, reads, writes
from bench.seeds import FINDINGS, MONTHS
from bench.serving import Generator, Serving

USERS = 16
ROUNDS = 3
READ_SECONDS, WRITE_SECONDS = 3.0, 6.0
CHECKED = 20
"""Reads of which both answers are compared."""
SATURATED = 0.85
"""From this share of a core on it is the generator that limits the faster side."""
START_REACH, IDLE_REACH, LOADED_REACH, GROWTH_REACH = 2.0, 150.0, 300.0, 0.8
WRITTEN = (
    "findings",
    "due_dates",
    "settlements",
    "settlement_lines",
    "ledger_entries",
    "ledger_lines",
    "audit_events",
    "events",
    "idempotency_keys",
    "changed_contracts",
)
"""Tables to which a W1 or a W2 adds rows."""


@dataclass(slots=True)
class Side:
    """What was measured of one of the two."""

    outcomes: list[Outcome] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Seconds of the server's CPU for each task, by round."""
    rows: int = 0
    tasks: int = 0

    @property
    def rate(self) -> float:
        """Give the median of the rounds' tasks a second."""
        return statistics.median(outcome.rate for outcome in self.outcomes)

    @property
    def cpu_each(self) -> float:
        """Give the median of the CPU for a task, in milliseconds."""
        return 1000 * statistics.median(self.cpu)

    def said(self) -> str:
        """Write the figures for a reader."""
        p50, p99 = (statistics.median(getattr(one, name) for one in self.outcomes) for name in ("p50", "p99"))
        return f"{self.rate:.0f}/s, CPU {self.cpu_each:.2f} ms, p50 {p50:.1f}, p99 {p99:.1f} ms"


def run(record: Record, small: Record, months: int = MONTHS, seconds: float = 1.0) -> list[Figure]:
    """Measure everything about requests on a loaded record that has its alerts; `seconds` scales the rounds.

    The service reads a `small` record beside it, in rounds of their own: what the reads keep of their rate is told.
    """
    database = "SQLite" if record.url.startswith("sqlite") else "PostgreSQL"
    with ExitStack() as open_:
        driver, other = (open_.enter_context(closing(Driver(one.url))) for one in (record, small))
        drawn, fewer = reads(driver, record, months), reads(other, small, months)
        figures = _start(record, drawn[0], database)
        ours = open_.enter_context(serving.service(record.url))
        floor = open_.enter_context(serving.floor(record.url, str(record.principal)))
        generator = open_.enter_context(serving.generator())
        _compare(drawn, ours, floor)
        idle = ours.resident()
        peak = idle
        grown = []
        before = open_.enter_context(serving.service(small.url))
        for scenario, as_small in zip(drawn, fewer, strict=True):
            three = [(ours, scenario.ours), (floor, scenario.floor), (before, as_small.ours)]
            mine, bare, little = _rounds(generator, scenario, three, driver, seconds)
            figures.append(_figure(scenario, mine, bare, database))
            grown.append(_growth(scenario.name, little, mine, database, small, record))
            peak = max(peak, ours.resident())
        for scenario in writes(driver, record):
            pair = [(ours, scenario.ours), (floor, scenario.floor)]
            mine, bare = _rounds(generator, scenario, pair, driver, seconds)
            figures.append(_figure(scenario, mine, bare, database))
            peak = max(peak, ours.resident())
    figures += grown
    figures.append(_memory("idle", idle, IDLE_REACH, database))
    figures.append(_memory("under load", peak, LOADED_REACH, database))
    return figures


def _growth(name: str, small: Side, large: Side, database: str, fewer: Record, record: Record) -> Figure:
    by_rate, by_cpu = large.rate / small.rate, small.cpu_each / large.cpu_each
    return Figure(
        name=f"{name} grown",
        database=database,
        what=f"rate kept from {fewer.rows['findings']:,} findings to {record.rows['findings']:,}",
        value=min(by_rate, by_cpu),
        reach=GROWTH_REACH,
        ours=large.said(),
        floor=small.said(),
        note=f"by rate {by_rate:.2f}, by CPU {by_cpu:.2f}",
        more={"by_rate": by_rate, "by_cpu": by_cpu},
    )


def _start(record: Record, scenario: Scenario, database: str) -> list[Figure]:
    (first,) = scenario.ours[0]
    starts = [serving.started(record.url, first["path"], first["token"]) for _ in range(ROUNDS)]
    taken = statistics.median(start.answering for start in starts)
    cpu = statistics.median(start.cpu for start in starts)
    return [
        Figure(
            name="start",
            database=database,
            what="from exec to the first authenticated answer, seconds",
            value=taken,
            reach=START_REACH,
            at_least=False,
            ours=f"{taken:.2f} s ({cpu:.2f} s of CPU)",
            more={"starts": [start.answering for start in starts], "live": [start.live for start in starts]},
        )
    ]


def _memory(when: str, mib: float, reach: float, database: str) -> Figure:
    return Figure(
        name=f"memory {when}",
        database=database,
        what="resident memory of the service, MiB",
        value=mib,
        reach=reach,
        at_least=False,
        ours=f"{mib:.0f} MiB",
    )


def _compare(scenarios: Sequence[Scenario], ours: Serving, floor: Serving) -> None:
    """See that both answer the same: the same ids in the same order, as many as there should be."""
    for scenario in scenarios:
        for (mine,), (bare,) in zip(scenario.ours[:CHECKED], scenario.floor[:CHECKED], strict=True):
            told = ids_of(ours.get(mine["path"], mine["token"]))
            known = ids_of(floor.get(bare["path"]))
            most = FINDINGS + 1 if scenario.name == "R1" else PAGE
            if told != known or not 0 < len(told) <= most:
                message = f"{scenario.name}: the service and the floor differ about {mine['path']}: {told} and {known}"
                raise RuntimeError(message)


def _rounds(
    generator: Generator,
    scenario: Scenario,
    asked: Sequence[tuple[Serving, Sequence[Task]]],
    driver: Driver,
    seconds: float,
) -> list[Side]:
    """Ask one after the other, round by round, so that whatever else the machine does meets them all."""
    sides = [Side() for _ in asked]
    for number in range(ROUNDS):
        for (server, tasks), side in zip(asked, sides, strict=True):
            part = _part(tasks, number) if scenario.once else tasks
            length = seconds * (WRITE_SECONDS if scenario.once else READ_SECONDS)
            plan = {"users": USERS, "seconds": length, "once": scenario.once, "tasks": part}
            rows = rows_written(driver) if scenario.once else 0
            before = server.cpu()
            outcome = generator.load(server, plan)
            used = server.cpu() - before
            if outcome.failed or not outcome.tasks:
                message = (
                    f"{scenario.name}: {server.name} failed {outcome.failed} times: {outcome.failures}\n{server.said()}"
                )
                raise RuntimeError(message)
            side.outcomes.append(outcome)
            side.cpu.append(used / outcome.asked)
            side.tasks += outcome.tasks
            side.rows += rows_written(driver) - rows if scenario.once else 0
    return sides


def _part(tasks: Sequence[Task], number: int) -> Sequence[Task]:
    size = len(tasks) // ROUNDS
    return tasks[number * size : (number + 1) * size]


def rows_written(driver: Driver) -> int:
    """Count the rows of all tables that a W1 or a W2 adds to."""
    return sum(driver.read(f"SELECT count(*) FROM {table}")[0][0] for table in WRITTEN)  # noqa: S608 names of our own


def _figure(scenario: Scenario, ours: Side, floor: Side, database: str) -> Figure:
    by_rate, by_cpu = ours.rate / floor.rate, floor.cpu_each / ours.cpu_each
    busy = max(outcome.busy for outcome in floor.outcomes)
    saturated = busy > SATURATED
    note = f"by rate {by_rate:.2f}, by CPU {by_cpu:.2f}"
    if saturated:
        note += f"; the generator was saturated ({busy:.0%} of a core), so the CPU decides"
    if scenario.once:
        note += f"; rows each {ours.rows / ours.tasks:.1f} and {floor.rows / floor.tasks:.1f}"
    return Figure(
        name=scenario.name,
        database=database,
        what=scenario.what,
        value=by_cpu if saturated else min(by_rate, by_cpu),
        reach=scenario.reach,
        ours=ours.said(),
        floor=floor.said(),
        note=note,
        more={"by_rate": by_rate, "by_cpu": by_cpu, "generator": busy},
    )
