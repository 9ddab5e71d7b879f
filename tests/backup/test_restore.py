"""What is restored is what was there: every row, on either database, from either database."""

from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Float, func, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from app.backup.archive import Backup
from app.backup.dump import backup
from app.backup.restore import RestoredBackup, restore
from app.backup.rows import form_of, stored_tables
from app.database import Database, migrate
from app.errors import KaoheError
from app.models import Assessment, AuditEvent, Contract, ServiceCenter, TermsVersion
from app.settings import Settings
from tests.lending import client_of
from tests.nights import every_row, run_nights, written
from tests.office import Office, Person
from tests.proof import sized
from tests.recorded import RECORDED, fill, rows_at
from tests.scenarios.facts import busy_year, record_all
from tests.waiting import wait_until


@pytest.fixture
def full(database: Database) -> Database:
    """Give a database with rows in every table, every column once filled and once empty."""
    with database.write() as session:
        fill(session.connection(), rows_at(list(RECORDED)[-1]))
    return database


def test_every_table_and_column_is_in_a_backup(full: Database, tmp_path: Path) -> None:
    """A new table cannot be forgotten: the backup's are those of the models."""
    found = backup(full, tmp_path / "kaohe.backup")
    assert set(found.tables) == set(SQLModel.metadata.tables)
    assert {name: set(table.forms) for name, table in stored_tables().items()} == {
        name: {column.name for column in table.columns} for name, table in SQLModel.metadata.tables.items()
    }
    assert [name for name, table in found.tables.items() if not table.lines] == []


def test_a_column_without_an_exact_form_is_refused() -> None:
    """Whoever adds a column of a new type says how it is backed up."""
    with pytest.raises(TypeError, match="no exact form"):
        form_of(Float())


@pytest.mark.parametrize("bare_place", ["sqlite", "postgresql"], indirect=True)
def test_every_row_of_every_table_is_restored(full: Database, bare_place: Database, tmp_path: Path) -> None:
    """From SQLite and PostgreSQL into SQLite and PostgreSQL, and the backup of the copy is the same."""
    path = tmp_path / "kaohe.backup"
    found = backup(full, path)
    restored = restore(bare_place, path)
    assert (restored.backup, restored.into) == (found, bare_place.dialect)
    assert every_row(bare_place) == every_row(full)
    assert backup(bare_place, tmp_path / "second").tables == found.tables


def test_the_restored_service_answers_and_goes_on(
    office: Office, database: Database, place: Database, tmp_path: Path
) -> None:
    """Wiped and restored, the API gives the same to the same tokens, and a night finds nothing new."""
    record_all(busy_year(office))
    run_nights(database, "2023-12-31")
    addresses = [f"/v1/{what}" for what in ("contracts", "alerts", "due-dates", "job-runs", "vendors", "issue-types")]
    contract = f"/v1/contracts/{office.supervisor.items('/v1/contracts')[0]['id']}"
    addresses += [f"{contract}/{what}" for what in ("assessments", "findings")]
    before = {address: office.supervisor.get(address).json() for address in addresses}
    backup(database, tmp_path / "kaohe.backup")
    restore(place, tmp_path / "kaohe.backup")
    with client_of(Settings(var_dir=tmp_path), place) as client:
        supervisor = Person(client, office.supervisor.token)
        assert {address: supervisor.get(address).json() for address in addresses} == before
        assert written(run_nights(place, "2023-12-31")) == 0
        office.client = client
        supervisor.post("/v1/contracts", office.contract_body("XA-2024")).raise_for_status()


def test_guards_stay_in_force(full: Database, place: Database, tmp_path: Path) -> None:
    """Rows that are only added to cannot be changed after the restore either."""
    backup(full, tmp_path / "kaohe.backup")
    restore(place, tmp_path / "kaohe.backup")

    def change() -> None:
        with place.write() as session:
            session.connection().exec_driver_sql("UPDATE audit_events SET actor = 'nobody'")

    with pytest.raises(DBAPIError, match="only added to"):
        change()


def test_backup_while_people_write_is_one_state(
    office: Office, database: Database, place: Database, tmp_path: Path
) -> None:
    """Between any two tables of the backup further contracts are taken on; none of them is there by halves.

    A contract, its terms and its twelve months are one transaction. Each writer numbers its contracts, so what is
    restored must be the first few of each, with all that was answered before the backup began. `make proof` waits for
    a contract between any two tables, `make test` between every fourth and the next.
    """
    stop, taken = Event(), dict.fromkeys("AB", 0)

    def write(writer: str) -> None:
        while not stop.is_set():
            office.contract(f"{writer}-{taken[writer]}")
            taken[writer] += 1

    writers = [Thread(target=write, args=(writer,)) for writer in taken]
    for thread in writers:
        thread.start()
    try:
        _until_more(taken)
        before = dict(taken)
        tables = count()

        def wait(*_: object) -> None:
            if next(tables) % sized(1, 4) == 0:
                _until_more(taken)

        backup(database, tmp_path / "kaohe.backup", wait)
    finally:
        stop.set()
        for thread in writers:
            thread.join()
    restore(place, tmp_path / "kaohe.backup")
    with place.read() as session:
        numbers = set(session.execute(select(Contract.__table__.c.number)).scalars())  # type: ignore[attr-defined]
        terms, months = (
            session.execute(select(func.count()).select_from(t)).scalar() for t in (TermsVersion, Assessment)
        )
    found = {writer: sum(number.startswith(writer) for number in numbers) for writer in taken}
    assert numbers == {f"{writer}-{number}" for writer, count in found.items() for number in range(count)}
    assert (terms, months) == (len(numbers), 12 * len(numbers))
    assert all(before[writer] <= found[writer] <= taken[writer] for writer in taken)
    assert len(numbers) < sum(taken.values())


def _until_more(taken: dict[str, int]) -> None:
    """Wait until one more contract was answered for."""
    before = sum(taken.values())
    wait_until(lambda: sum(taken.values()) > before)


class TestRecord:
    """Whoever restores leaves a record in the same transaction, and renews what lies outside once it is committed."""

    def test_is_committed_with_the_rows(self, full: Database, place: Database, tmp_path: Path) -> None:
        seen: list[str] = []

        def record(session: Session, restored: RestoredBackup) -> None:
            seen.append("record")
            head = restored.backup.manifest.audit_heads["service"]
            session.add(_event(head[0] + 2, restored.backup))

        def renew(_: RestoredBackup) -> None:
            with place.read() as session:
                seen.append(f"renew after {session.execute(select(func.count()).select_from(AuditEvent)).scalar()}")

        backup(full, tmp_path / "kaohe.backup")
        restore(place, tmp_path / "kaohe.backup", record=record, renew=renew)
        assert seen == ["record", "renew after 3"]

    def test_failing_leaves_the_place_empty(self, full: Database, place: Database, tmp_path: Path) -> None:
        message = "the audit store fails"

        def record(_session: Session, _restored: RestoredBackup) -> None:
            raise OSError(message)

        def renew(_: RestoredBackup) -> None:
            pytest.fail("nothing was restored")

        backup(full, tmp_path / "kaohe.backup")
        with pytest.raises(OSError, match=message):
            restore(place, tmp_path / "kaohe.backup", record=record, renew=renew)
        assert _names_of_filled(place) == ["work_calendar", "work_calendar_years"]
        restore(place, tmp_path / "kaohe.backup")
        assert every_row(place) == every_row(full)


def _event(number: int, found: Backup) -> AuditEvent:
    return AuditEvent(
        chain="service",
        number=number,
        recorded_at=found.manifest.taken_at,
        actor="operator",
        action="backup.restored",
        subject_kind="backup",
        subject_id=found.whole.sha256,
        changes=[],
        details={"rows": found.rows},
        hash_name="sha256",
        hash="0" * 64,
    )


def _names_of_filled(place: Database) -> list[str]:
    return sorted(name for name, rows in every_row(place).items() if rows)


class TestPlace:
    """A backup is restored into an empty place only; whatever else is there stays as it is."""

    @pytest.fixture
    def path(self, full: Database, tmp_path: Path) -> Path:
        backup(full, tmp_path / "kaohe.backup")
        return tmp_path / "kaohe.backup"

    def _refused(self, place: Database, path: Path) -> KaoheError:
        with pytest.raises(KaoheError) as refused:
            restore(place, path)
        return refused.value

    @pytest.mark.parametrize("dialect", ["sqlite"])
    def test_with_a_row_of_its_own_is_refused(self, place: Database, path: Path) -> None:
        with place.write() as session:
            session.add(
                ServiceCenter(code="ZZ", name="中心", created_at=rows_at("20261121_house")["sites"][0]["created_at"])
            )
        before = every_row(place)
        refused = self._refused(place, path)
        assert (refused.code, "service_centers" in refused.detail) == ("place-not-empty", True)
        assert every_row(place) == before

    @pytest.mark.parametrize("dialect", ["sqlite"])
    def test_freshly_migrated_is_empty(self, place: Database, full: Database, path: Path) -> None:
        restore(place, path)
        assert every_row(place) == every_row(full)
        assert self._refused(place, path).code == "place-not-empty"

    @pytest.mark.parametrize("dialect", ["sqlite"])
    def test_of_another_program_is_refused(self, bare_place: Database, path: Path) -> None:
        with bare_place.write() as session:
            session.connection().exec_driver_sql("CREATE TABLE invoices (id INTEGER)")
        refused = self._refused(bare_place, path)
        assert (refused.code, "invoices" in refused.detail) == ("place-not-empty", True)

    @pytest.mark.parametrize("dialect", ["sqlite"])
    def test_of_an_older_schema_is_refused(self, bare_place: Database, path: Path) -> None:
        migrate(bare_place.url, "20261121_house")
        refused = self._refused(bare_place, path)
        assert ("20261121_house" in refused.detail, refused.remedy) == (True, "Run 'kaohe migrate'.")


def test_two_restores_at_once_restore_one(full: Database, place: Database, tmp_path: Path) -> None:
    """The second waits for the first and then finds the place taken."""
    backup(full, tmp_path / "kaohe.backup")
    refused: list[KaoheError] = []

    def second() -> None:
        other = Database(place.url)
        try:
            restore(other, tmp_path / "kaohe.backup")
        except KaoheError as error:
            refused.append(error)
        finally:
            other.dispose()

    thread = Thread(target=second)
    restore(place, tmp_path / "kaohe.backup", record=lambda *_: thread.start())
    thread.join()
    assert [error.code for error in refused] == ["place-not-empty"]
    assert every_row(place) == every_row(full)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_the_other_database_cannot_hold_is_refused_with_its_table(
    full: Database, place: Database, tmp_path: Path
) -> None:
    """SQLite keeps a text that is longer than its column; PostgreSQL does not, and says so before anything is kept."""
    with full.write() as session:
        session.connection().exec_driver_sql("UPDATE sites SET code = ?", ("x" * 33,))
    backup(full, tmp_path / "kaohe.backup")
    if place.dialect == "sqlite":
        restore(place, tmp_path / "kaohe.backup")
        assert every_row(place) == every_row(full)
        return
    with pytest.raises(KaoheError, match="sites: value too long") as refused:
        restore(place, tmp_path / "kaohe.backup")
    assert refused.value.code == "backup-rows-refused"
    assert _names_of_filled(place) == ["work_calendar", "work_calendar_years"]
