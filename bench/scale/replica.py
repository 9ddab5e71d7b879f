"""`python -m bench.scale.replica`: a replica that follows by streaming, how far behind it is, and a failover."""

import random
import statistics
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg

from app.database import Database, migrate
from bench.postgres import AS_SHIPPED, PostgresServer, replica_of, running_postgres
from bench.scale.office import Center, Client, assess, months, open_center, reads
from bench.scale.servers import NotStartedError, execute, kaohe, row, serve, until

SEED = 20261122
FIRST, LAST = 2023, 2024
CONTRACTS = 3
TRIED = 100
TURNS = 8
WRITERS = 2
AFTER_SECONDS = 3.0
CREATED = 201


def main() -> None:
    """Measure and print."""
    with running_postgres(AS_SHIPPED) as primary:
        url = primary.create("office")
        migrate(url)
        database = Database(url)
        with tempfile.TemporaryDirectory() as var, serve(url, Path(var)) as service:
            center = open_center(database, service.address, "A", CONTRACTS, FIRST, LAST)
            client = Client(service.address, center.supervisor)
            for month in months(FIRST, FIRST)[:3]:
                for contract in center.contracts:
                    assess(client, contract, month, random.Random(SEED))
            began = time.perf_counter()
            with replica_of(primary) as replica:
                print(f"base backup, start and first answer of the replica: {time.perf_counter() - began:.1f} s")
                lag(primary, replica, client, center)
                versions(replica, client, center, Path(var))
                waiting(primary, client, center)
        database.dispose()
    failover()


def lag(primary: PostgresServer, replica: PostgresServer, client: Client, center: Center) -> None:
    """Say how long after its answer a change can be seen on the replica, while another writes as well."""
    found = []
    with primary.connect("office") as here, replica.connect("office") as there:
        for number in range(TRIED):
            body = {
                "issue_type": "queue",
                "occurred_on": f"{FIRST}-05-{number % 28 + 1:02}",
                "deduction_points": "1.00",
            }
            client.change("POST", f"/v1/contracts/{center.contracts[0]}/findings", body)
            answered = time.perf_counter()
            written = row(here, "SELECT pg_current_wal_lsn()")
            until(partial(_replayed, there, written), "the replica")
            found.append((time.perf_counter() - answered) * 1000)
    found.sort()
    print(
        f"seen on the replica after the answer, {TRIED} changes: median {statistics.median(found):.1f} ms, "
        f"p99 {found[int(TRIED * 0.99) - 1]:.1f} ms, most {found[-1]:.1f} ms"
    )


def _replayed(there: psycopg.Connection, written: tuple[Any, ...]) -> bool:
    return bool(row(there, "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", written)[0])


def versions(replica: PostgresServer, client: Client, center: Center, var: Path) -> None:
    """Say what a service that reads from the replica answers, and what becomes of a version that is behind."""
    contract, period = center.contracts[1], f"{FIRST}-07"
    path = f"/v1/contracts/{contract}/assessments/{period}"
    with replica.connect("office") as there, serve(replica.url("office"), var / "replica") as second:
        behind = Client(second.address, center.supervisor)
        for read in reads(behind, center, random.Random(SEED), FIRST, FIRST):
            print(f"  from the replica: {read().status_code} {read().request.url.path}")
        kaohe(replica.url("office"), var / "replica", "verify")
        kaohe(replica.url("office"), var / "replica", "backup", str(var / "office.gz"))
        print("  'kaohe verify' and 'kaohe backup' against the replica end well")
        there.execute("SELECT pg_wal_replay_pause()")
        first = client.try_change(
            "PUT", path, {"state": "assessed", "score": {"exact": "91.00"}, "assessed_on": f"{FIRST}-08-05"}, '"1"'
        )
        old = behind.get(path)
        late = client.try_change(
            "PUT",
            path,
            {"state": "assessed", "score": {"exact": "80.00"}, "assessed_on": f"{FIRST}-08-05"},
            old.headers["ETag"],
        )
        print(
            f"  replay paused: the primary answered {first.headers['ETag']}, the replica says {old.headers['ETag']}, "
            f"a change by that version: {late.status_code} {late.json()['code']}"
        )
        there.execute("SELECT pg_wal_replay_resume()")
        refused = behind.try_change(
            "POST", f"/v1/contracts/{contract}/findings", {"issue_type": "queue", "occurred_on": f"{FIRST}-09-05"}
        )
        print(f"  a change sent to a service on the replica: {refused.status_code} {refused.json()['code']}")
        time.sleep(AFTER_SECONDS)
        (entries,) = row(there, "SELECT count(*) FROM access_log")
        print(f"  entries of the access log that these reads left: {entries}")
        lost = [line for line in second.logged() if "access" in str(line.get("event", ""))]
        print(f"  said by that service: {str(lost[-1])[:300] if lost else 'nothing'}")


def waiting(primary: PostgresServer, client: Client, center: Center) -> None:
    """Say what it costs to answer only once the replica has it too."""
    took: dict[str, list[float]] = {"": [], "*": []}
    for number in range(TURNS):
        name = "*" if number % 2 else ""
        with primary.connect() as here:
            execute(here, f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
            here.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)
        for each in range(TRIED // 4):
            body = {"issue_type": "queue", "occurred_on": f"{FIRST}-06-{each % 28 + 1:02}"}
            began = time.perf_counter()
            client.change("POST", f"/v1/contracts/{center.contracts[2]}/findings", body)
            took[name].append((time.perf_counter() - began) * 1000)
    alone, both = (statistics.median(took[name]) for name in ("", "*"))
    print(f"a finding: {alone:.1f} ms, and {both:.1f} ms where each waits for the replica: {both / alone:.2f}")


@dataclass
class Told:
    """What a client was told while the server went away."""

    answers: list[tuple[float, int, str | None]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    over: bool = False

    def go_on(self, client: Client, path: str) -> None:
        """Record findings one after another, whatever is answered."""
        number = 0
        while not self.over:
            number += 1
            body = {"issue_type": "queue", "occurred_on": f"{FIRST}-05-{number % 28 + 1:02}"}
            try:
                answer = client.try_change("POST", path, body)
            except httpx.TransportError as error:
                self.answers.append((time.perf_counter(), 0, type(error).__name__))
                continue
            self.answers.append((time.perf_counter(), answer.status_code, answer.headers.get("Retry-After")))
            if answer.is_success:
                self.kept.append(answer.json()["id"])
            else:
                time.sleep(0.05)


def failover() -> None:
    """Let the primary fail under writes, promote the replica, and say what the clients were told and what was kept."""
    with running_postgres(AS_SHIPPED) as primary:
        migrate(primary.create("office"))
        with replica_of(primary) as replica, tempfile.TemporaryDirectory() as var:
            url = (
                f"postgresql+psycopg://kaohe@/office?host={primary.home},{replica.home}&port=5432,5432"
                "&target_session_attrs=read-write"
            )
            with serve(url, Path(var)) as service:
                _fail(primary, replica, service.address)


def _fail(primary: PostgresServer, replica: PostgresServer, address: str) -> None:
    database = Database(primary.url("office"))
    center = open_center(database, address, "A", WRITERS, FIRST, LAST)
    database.dispose()
    told = [Told() for _ in range(WRITERS)]
    threads = [
        threading.Thread(
            target=one.go_on, args=(Client(address, center.supervisor), f"/v1/contracts/{contract}/findings")
        )
        for one, contract in zip(told, center.contracts, strict=True)
    ]
    for thread in threads:
        thread.start()
    time.sleep(AFTER_SECONDS)
    failed = time.perf_counter()
    primary.stop(at_once=True)
    time.sleep(AFTER_SECONDS)
    promoting = time.perf_counter()
    with replica.connect("office") as there:
        there.execute("SELECT pg_promote()")
    promoted = time.perf_counter()
    with suppress(NotStartedError):
        until(lambda: any(at > promoted and status == CREATED for one in told for at, status, _ in one.answers), "one")
    time.sleep(AFTER_SECONDS)
    for one in told:
        one.over = True
    for thread in threads:
        thread.join()
    print(f"promoted in {(promoted - promoting) * 1000:.0f} ms")
    _print_told(told, failed, promoted)
    kept = [id_ for one in told for id_ in one.kept]
    with replica.connect("office") as there:
        (found,) = row(there, "SELECT count(*) FROM findings WHERE id = ANY(%s::uuid[])", [kept])
    print(f"of {len(kept)} changes that were answered by 201, {found} are there")


def _print_told(told: list[Told], failed: float, promoted: float) -> None:
    answers = sorted(answer for one in told for answer in one.answers)
    between = [answer for answer in answers if failed < answer[0] and answer[1] != CREATED]
    first = next((at for at, status, _ in answers if at > promoted and status == CREATED), None)
    print(f"told meanwhile: {sorted({(status, after) for _, status, after in between}, key=str)}, {len(between)} times")
    print(f"first success after the promotion: {'none' if first is None else f'{(first - promoted) * 1000:.0f} ms'}")


if __name__ == "__main__":
    main()
