"""Every statement of a request or a night is answered by the index that is written down for it, on either database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import SQLModel

from tests.conftest import DIALECTS
from tests.plans import book
from tests.plans.conftest import Planner, Plans
from tests.plans.rules import SEEKING, WIDE, broken, faults

REGENERATE = "look at what `python -m tests.plans` changes in tests/plans/expected.yaml"


def test_each_function_reads_by_the_indexes_that_are_written_down(plans: Plans) -> None:
    """No statement is answered otherwise than the book says, and none is missing from it."""
    assert book.differences(plans.written, book.indexes(plans.reads)) == [], REGENERATE


def test_no_statement_reads_more_the_longer_the_record_is(plans: Plans) -> None:
    """Tables that grow are never read whole, nor a center's or a vendor's whole past, but for what has a reason."""
    assert faults(plans.reads) == []


def test_no_reason_outlives_its_statement(planner: Planner) -> None:
    """What may read all there is really does, on one of the databases."""
    used = [breach.excused for dialect in DIALECTS for breach in broken(planner(dialect).reads)]
    assert (WIDE | SEEKING) - set().union(*used) == set()


def test_each_operation_and_job_sends_as_many_statements_as_are_written_down(plans: Plans) -> None:
    """A statement more is seen before it is merged."""
    assert book.counts(plans.heard) == plans.counted, REGENERATE


def test_a_list_sends_as_many_statements_for_one_row_as_for_all(plans: Plans) -> None:
    """What a row needs is asked for all rows of a page at once."""
    counts = book.counts(plans.heard, narrowed=True)
    lists = {origin for origin in counts if f"{origin}?limit=1" in counts}
    assert lists
    assert {origin for origin in lists if counts[origin] != counts[f"{origin}?limit=1"]} == set()


def test_the_book_is_wrong_without_any_one_index(planner: Planner) -> None:
    """Each index is one by which a statement is answered: dropped, it is missed on one of the databases at least."""
    all_ = {str(index.name) for table in SQLModel.metadata.sorted_tables for index in table.indexes if not index.unique}
    missed: set[str] = set()
    for dialect in DIALECTS:
        plans = planner(dialect)
        missed |= {name for name in sorted(all_ - missed) if _missed(plans, name)}
    assert all_ - missed == set()


def _missed(plans: Plans, index: str) -> bool:
    """Drop an index, ask again for what it answers, compare that with the book, and undo it."""
    by = {read.sent.by for read in plans.reads if any(access.index == index for access in read.plan.accesses)}
    sent = [read for read in plans.reads if read.sent.by in by]
    with _dropped(plans, index):
        again = [book.Read(read.sent, plans.asked.plan(read.sent), 0, read.origins) for read in sent]
    return book.differences({name: plans.written[name] for name in by}, book.indexes(again)) != []


@contextmanager
def _dropped(plans: Plans, index: str) -> Iterator[None]:
    plans.asked.execute("BEGIN")
    try:
        plans.asked.execute(f"DROP INDEX {index}")
        yield
    finally:
        plans.asked.execute("ROLLBACK")
