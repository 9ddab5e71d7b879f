"""Nights that look only at what changed leave exactly what nights over all contracts would leave."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, update
from sqlmodel import SQLModel, col

from app import nightly
from app.database import Database
from app.features.alerts.state import Evaluation
from app.features.audit.actor import NIGHTLY
from app.features.audit.record import audited
from app.features.contracts.within import ALL
from app.features.evidence.storage import Shelf
from app.features.nights import queries
from app.features.nights.gathering import gather
from app.features.nights.marks import WITHOUT_CONTRACT, mark
from app.models import Assessment, BudgetLine, ChangedContract, Contract, DueDate, Finding, JobRun, NightContract
from app.settings import Settings
from tests.crowd import settle as crowd
from tests.notices import imported, sparse
from tests.office import TERMS, Office
from tests.proof import PROOF, sized
from tests.scenarios.facts import noon

_DAYS = {"unit": "calendar_days", "length": 10, "roll": "none"}
_WORKING = {"unit": "working_days", "length": 6, "roll": "none"}
_ONE_DAY = timedelta(days=1)

STATED: dict[str, Any] = TERMS | {
    "notice": {"after": "period_end", **_WORKING},
    "repeat": {
        "threshold": 2,
        "window": {"kind": "rolling_months", "months": 2},
        "count": "occurrences",
        "scope": "issue_type",
    },
    "rectification": {"after": "notice", **_DAYS},
    "monthly_report": {"after": "period_end", **_DAYS},
    "metrics": {"after": "period_end", **_DAYS, "required": ["cases_handled"]},
    "key_posts": [{"post": "manager", "name": "项目经理", "due": {"after": "vacated", **_DAYS}}],
    "annual_assessment": {"after": "year_end", **_DAYS, "score": {"method": "mean_of_months"}},
    "payment": {"schedule": "monthly", "due": {"after": "settlement_approved", **_WORKING}},
    "money": [
        {"kind": "linear_below_mark", "base": "month_fee", "mark": "90", "per_point": "0.01", "granularity": "linear"}
    ],
    "triggers": [{"kind": "warning_ladder", "below": "80", "steps": [{"count": 1, "consequence": "warning"}]}],
}
"""Terms by which every job has something to judge."""


class World:
    """Contracts to which anything may happen on a day; what is refused has not happened."""

    def __init__(self, office: Office, database: Database, seed: int) -> None:
        """Take two contracts on, of which one ends within the year."""
        self.office, self.database, self.random = office, database, Random(seed)  # noqa: S311 no secret
        self.contracts = [
            office.contract(f"XA-{number}", terms=STATED, ends_on=ends, years=[{"year": 2023, "amount": "1200000.00"}])
            for number, ends in enumerate(("2023-12-31", "2023-08-17"))
        ]
        self.findings: list[str] = []

    def acts(self) -> list[Callable[[str, date, str], object]]:
        """List what may happen to a contract on a day, to a month before it."""
        return [self.see, self.see, self.see, self.judge, self.judge, self.judge, self.tell, self.tell, *self.rare()]

    def rare(self) -> list[Callable[[str, date, str], object]]:
        """List what happens seldom."""
        return [self.withdraw, self.revise, self.amend, self.close, self.post, self.measure, self.settle, self.report]

    def see(self, contract: str, day: date, _period: str) -> None:
        """Record a finding."""
        body = {"issue_type": self.random.choice(["leaving_post", "late_opening"]), "occurred_on": str(day)}
        made = self.office.supervisor.post(f"{contract}/findings", body)
        if made.status_code == 201:
            self.findings.append(f"{contract}/findings/{made.json()['id']}")

    def judge(self, contract: str, day: date, period: str) -> None:
        """Fill a month in and make it final."""
        score = self.random.choice(["71.00", "85.00", "95.00"])
        body = {"state": "assessed", "score": {"exact": score}, "assessed_on": str(day)}
        self.office.supervisor.put(f"{contract}/assessments/{period}", body)
        self.office.supervisor.post(f"{contract}/assessments/{period}/finalization", {"final_on": str(day)})

    def tell(self, contract: str, day: date, period: str) -> None:
        """Notify a month."""
        self.office.supervisor.post(f"{contract}/assessments/{period}/notice", {"notified_on": str(day)})

    def withdraw(self, _contract: str, day: date, _period: str) -> None:
        """Withdraw a finding."""
        if self.findings:
            body = {"withdrawn_on": str(day), "reason": "申诉成立"}
            self.office.supervisor.post(f"{self.random.choice(self.findings)}/withdrawal", body)

    def revise(self, contract: str, day: date, period: str) -> None:
        """Revise a notified month's score."""
        body = {"reason": "更正", "revised_on": str(day), "score": {"exact": self.random.choice(["75.00", "96.00"])}}
        self.office.supervisor.post(f"{contract}/assessments/{period}/revisions", body)

    def amend(self, contract: str, day: date, _period: str) -> None:
        """Agree on other limits."""
        length = self.random.choice([5, 20])
        terms = {name: clause for name, clause in STATED.items() if name != "reference"}
        terms |= {"notice": {"after": "period_end", **_DAYS, "length": length}}
        body = {"effective_from": str(day.replace(day=1)), "agreed_on": str(day), "terms": terms}
        self.office.supervisor.post(f"{contract}/amendments", body | {"reference": {"document": "补充协议"}})

    def close(self, contract: str, day: date, _period: str) -> None:
        """Close a contract, seldom."""
        if self.random.random() < 0.2:
            body = {"closed_on": str(day), "reason": "terminated"}
            self.office.supervisor.post(f"{contract}/closing", body)

    def post(self, contract: str, day: date, _period: str) -> None:
        """Name somebody for the key post, or have it vacated."""
        named = {"post": "manager", "holder": "张三", "held_from": str(day)}
        change = self.random.choice([named, {"post": "manager", "vacated_on": str(day)}])
        self.office.supervisor.put(f"{contract}/key-posts", {"changes": [change]})

    def measure(self, contract: str, _day: date, period: str) -> None:
        """Enter a month's figures, or take them back."""
        values = self.random.choice([[{"code": "cases_handled", "value": "12"}], []])
        self.office.supervisor.put(f"{contract}/metrics/{period}", {"values": values})

    def settle(self, contract: str, day: date, period: str) -> None:
        """Approve what the nights drafted, and pay the half of it."""
        for drafted in self.office.finance.items("/v1/settlements", status="draft"):
            self.office.finance.post(f"{contract}/settlements/{drafted['id']}/approval")
            body = {"settlement_id": drafted["id"], "amount": "10.00", "paid_on": str(day), "voucher_no": period}
            self.office.finance.post(f"{contract}/payments", body)

    def report(self, contract: str, _day: date, period: str) -> None:
        """Hand a month's report in."""
        address = f"/v1/portal/contracts/{contract.rsplit('/', 1)[1]}/monthly-reports/{period}"
        self.office.vendor_portal.post(address, {"summary": "本月正常", "figures": []})

    def live(self, day: date) -> None:
        """Let a few things happen on a day."""
        for _ in range(self.random.randint(0, 3)):
            act = self.random.choice(self.acts())
            month = day.replace(day=1) - _ONE_DAY * self.random.choice([1, 1, 40])
            act(self.random.choice(self.contracts), day, f"{month:%Y-%m}")


@contextmanager
def _on(day: date) -> Iterator[None]:
    with time_machine.travel(noon(day), tick=False):
        yield


def _night(database: Database, day: date) -> None:
    for name in nightly.JOBS:
        nightly.ensure(database, name, day)


def _still_demanded(database: Database, day: date) -> dict[str, int]:
    """Count what each job would write if it looked at everything now, and undo it."""
    found = {}
    for name, job in nightly.JOBS.items():
        with _on(day), database.write() as session:
            written = 0 if name in nightly.TELLS else job.do(session, NIGHTLY, day, ALL, lambda _: False).written
            session.rollback()
        if written:
            found[name] = written
    return found


@pytest.mark.parametrize("seed", range(sized(12, 1)))
def test_nights_that_look_at_what_changed_leave_nothing_to_correct(
    office: Office, database: Database, seed: int
) -> None:
    """Whatever happens, and however many days the clock was off: a look at everything finds nothing to write."""
    day = date(2023, 1, 30)
    with _on(day):
        world = World(office, database, seed)
        _night(database, day)
    end = date(2024, 2, 20) if PROOF else date(2023, 9, 4)
    while day < end:
        later = day + _ONE_DAY * world.random.randint(1, sized(6, 24))
        for passed in range(1, (later - day).days):
            if world.random.random() < 0.3:
                with _on(day + _ONE_DAY * passed):
                    world.live(day + _ONE_DAY * passed)
        with _on(later):
            if world.random.random() < 0.03:
                imported(database, sparse(2027))
            world.live(later)
            if world.random.random() < 0.3:
                # The clock was off: an earlier night comes after what is dated later.
                between = day + _ONE_DAY * max(1, (later - day).days // 2)
                _night(database, between)
            _night(database, later)
            if PROOF or later >= end or world.random.random() < 0.4:
                # What a night leaves is still there after the next ones, or counted on a Sunday as overlooked.
                assert _still_demanded(database, later) == {}, f"after the night of {later}"
        day = later
    with database.read() as session:
        runs = session.execute(select(JobRun)).scalars().all()
    assert sum(run.overlooked or 0 for run in runs) == 0
    assert len({run.job for run in runs if run.rows_written}) >= sized(10, 8), "too little happened to show anything"
    assert sum(run.overlooked is None for run in runs) > len(runs) / 2, "too many nights looked at everything"


def test_every_audited_table_reaches_the_night() -> None:
    """Its rows name their contract, or it is said how a change of them reaches it."""
    silent: list[type[SQLModel]] = [
        table
        for table in audited()
        if table is not Contract and "contract_id" not in table.__table__.columns  # type: ignore[attr-defined]
    ]
    assert set(silent) | {BudgetLine} == set(WITHOUT_CONTRACT)


def _jobs(database: Database, day: date) -> dict[str, nightly.JobResult]:
    """Run every job for a day as the clock does."""
    with _on(day):
        results = [nightly.ensure(database, name, day) for name in nightly.JOBS]
    return {result.job: result for result in results if result is not None}


@pytest.mark.parametrize("nights", [("2019-02-02", "2019-02-05"), ("2019-01-31", "2019-02-01")])
def test_what_time_alone_moves_is_found_on_its_night(
    office: Office, database: Database, nights: tuple[str, str]
) -> None:
    """A month that has ended is drafted, a notice that was not given is late: nothing had been recorded since."""
    crowd(database, office, 20, 12, paid=True)
    _known_by_january(database, in_time=7)
    first, then = (date.fromisoformat(day) for day in nights)
    _jobs(database, first)
    found = _jobs(database, then)
    assert _still_demanded(database, then) == {}
    drafted = 20 if nights[1] == "2019-02-01" else 0
    assert (found["draft_due_settlements"].read, found["draft_due_settlements"].written) == (drafted, drafted)
    late = _jobs(database, date(2019, 2, 18))["flag_late_notices"]
    assert (late.read, late.written) == (13, 13)
    assert _still_demanded(database, date(2019, 2, 18)) == {}


def _known_by_january(database: Database, in_time: int) -> None:
    """Have the first months final before the nights, and some contracts keep to the day of their notice.

    The crowd is written without marks, so its nights may not come to what is dated later: only to what falls due.
    """
    last = date(2019, 1, 31)
    with database.write() as session:
        january = update(Assessment).where(col(Assessment.period) == "2019-01")
        session.execute(january.values(assessed_on=last, final_on=last))
        ids = session.execute(select(col(Contract.id)).limit(in_time)).scalars().all()
        kept = update(DueDate).where(col(DueDate.contract_id).in_(ids))
        session.execute(kept.values(met_on=col(DueDate.due_on)))


def test_a_vacancy_ends_with_the_service(office: Office, database: Database) -> None:
    """The contract's last day has passed, and nobody has recorded anything."""
    with _on(date(2023, 1, 30)):
        office.contract(terms=TERMS | {"key_posts": STATED["key_posts"]}, ends_on="2023-08-16")
    _jobs(database, date(2023, 8, 16))
    assert _jobs(database, date(2023, 8, 17))["flag_vacant_key_posts"].written == 1
    assert _still_demanded(database, date(2023, 8, 17)) == {}


def test_nothing_changed_is_nothing_read(office: Office, database: Database) -> None:
    """A night after a night reads no contract; one of which something is recorded is read alone."""
    with _on(date(2023, 3, 7)):
        contracts = [office.contract(f"XA-{number}") for number in range(4)]
        for contract in contracts:
            office.finding(contract, "2023-03-01")
            office.finding(contract, "2023-03-02")
    job = "flag_repeat_offences"
    assert _jobs(database, date(2023, 3, 7))[job].read == 8
    assert _jobs(database, date(2023, 3, 8))[job].read == 0
    with _on(date(2023, 3, 8)):
        office.finding(contracts[2], "2023-03-03")
    found = _jobs(database, date(2023, 3, 9))[job]
    assert (found.read, found.written) == (3, 1)


def test_a_full_week_finds_what_was_changed_behind_the_services_back(office: Office, database: Database) -> None:
    """No mark tells of it: Sunday's run corrects it, and counts that it should not have had to."""
    with _on(date(2023, 3, 7)):
        contract = office.contract()
        for day in ("2023-03-01", "2023-03-02", "2023-03-03"):
            office.finding(contract, day)
    _jobs(database, date(2023, 3, 8))
    with database.write() as session:
        session.execute(update(Finding).values(occurred_on=date(2023, 3, 4)))
    assert _jobs(database, date(2023, 3, 9))["flag_repeat_offences"].written == 0
    assert _jobs(database, date(2023, 3, 12))["flag_repeat_offences"].written == 1
    with database.read() as session:
        statement = select(JobRun).where(col(JobRun.job) == "flag_repeat_offences").order_by(col(JobRun.business_date))
        assert [run.overlooked for run in session.execute(statement).scalars()] == [None, None, 1]


def test_a_job_that_fails_finds_later_what_it_has_missed(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is gathered is kept until the last job has looked at it, whatever night and however often it fails."""
    with _on(date(2023, 3, 7)):
        contract = office.contract()
    _jobs(database, date(2023, 3, 7))

    def broken(*_: object) -> Evaluation:
        message = "the disk is full"
        raise OSError(message)

    job, days = "flag_repeat_offences", [date(2023, 3, number) for number in (8, 9)]
    with _on(days[0]):
        for day in ("2023-03-01", "2023-03-02", "2023-03-03"):
            office.finding(contract, day)
        with monkeypatch.context() as patched:
            patched.setitem(nightly.JOBS, job, nightly.Flags(nightly.FLAGS[job].kind, broken))
            others = [result.job for result in nightly.catch_up(database, days[0])]
            assert job not in others
            nightly.close_night(database, tmp_path / "heads", Shelf.of(Settings(var_dir=tmp_path)), 180)
    assert _waiting(database) == (0, 1)
    with _on(days[1]):
        caught_up = {(result.as_of, result.job): result.written for result in nightly.catch_up(database, days[1])}
        assert (caught_up[days[0], job], caught_up[days[1], job]) == (1, 0)
        nightly.close_night(database, tmp_path / "heads", Shelf.of(Settings(var_dir=tmp_path)), 180)
    assert _waiting(database) == (0, 0)
    assert _still_demanded(database, days[1]) == {}


def _waiting(database: Database) -> tuple[int, int]:
    """Count the marks, and the contracts that were gathered and are kept."""
    with database.read() as session:
        tables = (ChangedContract, NightContract)
        marks, kept = (len(session.execute(select(table)).scalars().all()) for table in tables)
    return marks, kept


def _gathered(database: Database) -> set[UUID]:
    with database.read() as session:
        return set(session.execute(select(col(NightContract.contract_id))).scalars())


def _by_watermark(database: Database) -> Callable[[], set[UUID]]:
    """Give the naive way: read the marks whose id lies above the last one that was read."""
    last = UUID(int=0)

    def newer() -> set[UUID]:
        nonlocal last
        with database.read() as session:
            marks = session.execute(select(ChangedContract).where(col(ChangedContract.id) > last)).scalars().all()
        last = max((mark.id for mark in marks), default=last)
        return {mark.contract_id for mark in marks}

    return newer


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_who_commits_after_the_gathering_is_found_by_the_next(database: Database) -> None:
    """A transaction marks first and commits last: a watermark passes it over for good, the gathering does not."""
    slow, quick = UUID(int=1), UUID(int=2)
    newer = _by_watermark(database)
    with database.write() as late:
        mark(late, [slow])
        with database.write() as session:
            mark(session, [quick])
        assert newer() == {quick}
        gather(database)
        assert _gathered(database) == {quick}
    assert newer() == set(), "the naive way would have found it"
    gather(database)
    assert _gathered(database) == {quick, slow}
    with database.read() as session:
        assert session.scalar(select(queries.LAST_GATHERING)) == 2


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_two_who_gather_at_once_lose_nothing(database: Database) -> None:
    """One waits for the other; every mark is moved once."""
    for number in range(1, 21):
        with database.write() as session:
            mark(session, [UUID(int=number)])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: gather(database), range(2)))
    assert _gathered(database) == {UUID(int=number) for number in range(1, 21)}
    assert _waiting(database) == (0, 20)
