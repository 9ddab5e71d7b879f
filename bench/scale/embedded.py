"""`python -m bench.scale.embedded [SCALE]`: how far SQLite carries, and the way from it to PostgreSQL.

The first part lets one and eight callers record findings on SQLite and on PostgreSQL by turns. The second moves the
bench's own record of that scale by `kaohe backup` and `kaohe restore`.
"""

import random
import resource
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from app import clock, nightly
from app.database import Database, migrate
from app.models.words import AskedBy
from bench.postgres import AS_SHIPPED, PostgresServer, running_postgres
from bench.records import load
from bench.scale.office import Center, Client, finding, months, open_center
from bench.scale.servers import Service, kaohe, row, serve

FIRST, LAST = 2024, 2025
CALLERS = (1, 8)
SECONDS = 5.0
ROUNDS = 3
SCALE = 0.1
MIB = 1 << 20


def main() -> None:
    """Measure and print."""
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else SCALE
    with running_postgres(AS_SHIPPED) as server, tempfile.TemporaryDirectory() as folder:
        rates(server, Path(folder))
        move(server, Path(folder), scale)


def rates(server: PostgresServer, folder: Path) -> None:
    """Let callers record findings on both databases by turns."""
    urls = {"sqlite": f"sqlite:///{folder / 'office.db'}", "postgresql": server.create("office")}
    for url in urls.values():
        migrate(url)
    one, two = urls.values()
    with serve(one, folder / "a") as first, serve(two, folder / "b") as second:
        services = dict(zip(urls, (first, second), strict=True))
        centers = {
            name: open_center(Database(url), services[name].address, "A", max(CALLERS), FIRST, LAST)
            for name, url in urls.items()
        }
        for callers in CALLERS:
            found: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in urls}
            for _ in range(ROUNDS):
                for name, service in services.items():
                    found[name].append(_record(service, centers[name], callers))
            for name, each in found.items():
                rate, median, late, used = (statistics.median(column) for column in zip(*each, strict=True))
                print(
                    f"{callers} caller(s), {name:<11}{rate:>6.0f} findings/s, p50 {median:.0f} ms, p99 {late:.0f} ms, "
                    f"{used * 1000:.1f} ms of the service's processor for each",
                    flush=True,
                )


def _record(service: Service, center: Center, callers: int) -> tuple[float, float, float, float]:
    took: list[float] = []
    before, began = service.cpu_seconds(), time.perf_counter()

    def call(number: int) -> None:
        client, dice = Client(service.address, center.supervisor), random.Random(number)
        while time.perf_counter() - began < SECONDS:
            asked = time.perf_counter()
            path = f"/v1/contracts/{center.contracts[number]}/findings"
            client.change("POST", path, finding(dice.choice(months(FIRST, LAST)), dice))
            took.append((time.perf_counter() - asked) * 1000)
        client.close()

    threads = [threading.Thread(target=call, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    took.sort()
    used = service.cpu_seconds() - before
    return len(took) / seconds, statistics.median(took), took[int(len(took) * 0.99)], used / len(took)


def night(url: str) -> None:
    """Run the first night, and say for how long its longest job kept every other writer waiting."""
    database = Database(url)
    took = {}
    for job in nightly.names("all"):
        began = time.process_time()
        nightly.run(database, job, clock.today(), AskedBy.COMMAND)
        took[job] = time.process_time() - began
    database.dispose()
    longest = max(took, key=lambda job: took[job])
    whole = sum(took.values())
    print(f"the first night: {whole:.1f} s of processor time; its longest job, {longest}: {took[longest]:.1f} s")


def move(server: PostgresServer, folder: Path, scale: float) -> None:
    """Back an SQLite file up and restore it into PostgreSQL."""
    path = folder / "record.db"
    url = f"sqlite:///{path}"
    migrate(url)
    load(url, scale)
    night(url)
    kept = folder / "record.gz"
    taken = kaohe(url, folder, "backup", str(kept))
    print(
        f"scale {scale}: a file of {path.stat().st_size / MIB:.0f} MiB; backed up in {taken:.0f} s "
        f"to {kept.stat().st_size / MIB:.1f} MiB"
    )
    restored = kaohe(server.create("moved"), folder, "restore", str(kept))
    with server.connect("moved") as connection:
        size, findings = row(connection, "SELECT pg_database_size('moved'), count(*) FROM findings")
    print(
        f"restored into PostgreSQL in {restored:.0f} s: {size / MIB:.0f} MiB, {findings} findings; "
        f"most memory of the commands {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB"
    )
    again = f"sqlite:///{folder / 'again.db'}"
    restored = kaohe(again, folder / "again", "restore", str(kept))
    print(f"restored into SQLite in {restored:.0f} s")


if __name__ == "__main__":
    main()
