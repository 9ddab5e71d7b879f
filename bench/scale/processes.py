"""`python -m bench.scale.processes`: one service and two on one PostgreSQL, two clocks at once, and what each keeps.

Printed are requests for each second of the wall's clock, and for each second of the services' processor time: where
the machine has fewer processors than there are processes, only the latter says what another machine would add.
"""

import os
import random
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import psycopg

from app import clock
from app.database import Database, migrate
from bench.postgres import AS_SHIPPED, PostgresServer, running_postgres
from bench.scale.office import Center, Client, assess, months, open_center, reads
from bench.scale.servers import Service, serve, until
from bench.scale.servers import clock as clock_process

SEED = 20261122
FIRST, LAST = 2024, 2025
CONTRACTS = 8
CALLERS = 8
SECONDS = 6.0
ROUNDS = 3
LIMIT = 60
NIGHTS_SECONDS = 300.0


def main() -> None:
    """Measure and print."""
    with running_postgres(AS_SHIPPED) as server, tempfile.TemporaryDirectory() as folder:
        url = server.create("office")
        migrate(url)
        database = Database(url)
        var = Path(folder)
        with ExitStack() as stack:
            services = [stack.enter_context(serve(url, var)) for _ in range(2)]
            center = open_center(database, services[0].address, "A", CONTRACTS, FIRST, LAST)
            client = Client(services[0].address, center.supervisor)
            for contract in center.contracts:
                assess(client, contract, months(FIRST, LAST)[0], random.Random(SEED))
            print(f"{os.cpu_count()} processors, {CALLERS} callers")
            turns = iter(months(FIRST, LAST)[1:])
            for number in range(ROUNDS):
                for count in (1, 2):
                    rate("reads", services[:count], center, None, number)
                for count in (1, 2):
                    rate("writes", services[:count], center, next(turns), number)
        limits(url, var, center)
        clocks(server, url, var)
        database.dispose()


def rate(what: str, services: list[Service], center: Center, month: date | None, round_: int) -> None:
    """Let the callers read for some seconds, or record a month of a contract each, spread over the services."""
    before = [service.cpu_seconds() for service in services]
    counted = [0] * CALLERS
    began = time.perf_counter()

    def call(number: int) -> None:
        client = Client(services[number % len(services)].address, center.supervisor)
        dice = random.Random(number)
        while month is None and time.perf_counter() - began < SECONDS:
            for read in reads(client, center, dice, FIRST, FIRST):
                read().raise_for_status()
        if month is not None:
            assess(client, center.contracts[number], month, dice)
        counted[number] = client.requests
        client.close()

    threads = [threading.Thread(target=call, args=(number,)) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    used = sum(service.cpu_seconds() - was for service, was in zip(services, before, strict=True))
    print(
        f"  round {round_ + 1}, {what:<7}{len(services)} service(s): {sum(counted) / seconds:>7.0f} requests/s, "
        f"{sum(counted) / used:>7.0f} for each second of processor time, {used / seconds:.2f} processors used",
        flush=True,
    )


def limits(url: str, var: Path, center: Center) -> None:
    """Say how often one caller may read where each of two services counts for itself."""
    own = {"KAOHE_READS_PER_MINUTE": str(LIMIT)}
    with serve(url, var, **own) as one, serve(url, var, **own) as two:
        clients = [Client(service.address, center.supervisor) for service in (one, two)]
        told = Counter(clients[number % 2].get("/v1/me").status_code for number in range(LIMIT * 3))
    print(f"a limit of {LIMIT} reads a minute, {LIMIT * 3} reads to two services by turns: {dict(told)}")


def clocks(server: PostgresServer, url: str, var: Path) -> None:
    """Let two clocks catch up at once, and count who ran what."""
    with clock_process(url, var / "one") as one, clock_process(url, var / "two") as two:
        with server.connect("office") as connection:
            until(lambda: _finished(connection, clock.today()), "the nights", NIGHTS_SECONDS)
            rows = connection.execute(
                "SELECT count(*), count(DISTINCT (job, business_date)), max(attempts) FROM job_runs"
            ).fetchone()
        ran = [
            sum("read" in str(line.get("event", "")) and "job" in str(line.get("event", "")) for line in each.logged())
            for each in (one, two)
        ]
        stood = [sum("another clock" in str(line.get("event", "")) for line in each.logged()) for each in (one, two)]
    print(
        f"two clocks at once: rows of runs, distinct runs, most attempts {rows}; run by each {ran}, stood back {stood}"
    )


def _finished(connection: psycopg.Connection, today: date) -> bool:
    found = connection.execute(
        "SELECT count(*) FROM job_runs WHERE business_date = %s AND job = 'write_messages' AND status = 'succeeded'",
        [today],
    ).fetchone()
    return bool(found and found[0])


if __name__ == "__main__":
    main()
