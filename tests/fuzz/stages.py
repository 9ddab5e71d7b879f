"""Copies of the documented service center, as it stands just before each operation's example."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url

from app.database import Database
from bench.postgres import PostgresServer
from tests.fuzz.documented import Operation
from tests.lending import opened
from tests.swept import Content, Swept

LIFE = (
    "create_service_center",
    "create_site",
    "create_counter",
    "create_vendor",
    "create_issue_type",
    "create_user",
    "change_user",
    "reset_user_password",
    "unlock_user",
    "end_user_sessions",
    "disable_user",
    "enable_user",
    "issue_machine_token",
    "revoke_machine_token",
    "declare_evidence",
    "send_evidence_content",
    "create_contract",
    "create_evaluation",
    "change_evaluation",
    "finalize_evaluation",
    "import_evaluation",
    "record_finding",
    "record_metrics",
    "create_budget",
    "change_budget",
    "adjust_budget",
    "record_expenditures",
    "record_expenditure",
    "accept_expenditure",
    "reclassify_expenditure",
    "reverse_expenditure",
    "draft_progress_report",
    "hand_over_progress_report",
    "import_metrics",
    "hand_in_monthly_report",
    "return_monthly_report",
    "change_portal_key_posts",
    "change_key_posts",
    "withdraw_finding",
    "send_signal",
    "regroup_signal",
    "dismiss_signal",
    "accept_signal",
    "record_assessment",
    "finalize_assessment",
    "notify_assessment",
    "revise_assessment",
    "decide_appeal",
    "acknowledge_assessment",
    "file_appeal",
    "decide_filed_appeal",
    "submit_rectification",
    "verify_rectification",
    "take_up_alert",
    "accept_alert",
    "hold_annual_assessment",
    "notify_annual_assessment",
    "draft_opening_balance",
    "record_decision",
    "draft_settlement",
    "approve_settlement",
    "draft_release",
    "record_payout_reading",
    "approve_payout",
    "object_to_settlement",
    "object_to_payout",
    "answer_objection",
    "record_payment",
    "match_payments",
    "void_payment",
    "try_contract",
    "try_service_center",
    "issue_portal_token",
    "revoke_portal_token",
    "register_webhook_endpoint",
    "change_webhook_endpoint",
    "rotate_webhook_secret",
    "send_test_event",
    "disable_webhook_endpoint",
    "enable_webhook_endpoint",
    "recover_webhook_deliveries",
    "resend_webhook_delivery",
    "delete_webhook_endpoint",
    "allow_webhook_network",
    "remove_webhook_network",
    "add_channel",
    "send_test_message",
    "remove_channel",
    "change_message_settings",
    "change_reminders",
    "create_amendment",
    "close_contract",
    "sign_in_person",
    "change_password",
    "sign_out_person",
    "run_job",
)
"""Everything that changes something, in the order in which the examples follow one another."""
END = "end"
"""What stands after the last one; what only reads is asked there."""


def stage_of(operation: Operation) -> str:
    """Name the stage at which an operation's example is good."""
    return END if operation.method == "GET" else operation.id


@dataclass(slots=True)
class OfFiles:
    """One database's stages: files beside one another."""

    folder: Path

    def keep(self, stage: str, url: str) -> None:
        """Keep a database as it stands as a stage; nobody may be connected to it."""
        source = make_url(url).database
        assert source is not None
        shutil.copyfile(source, self._file(stage))

    @contextmanager
    def fresh(self, stage: str) -> Iterator[Database]:
        """Open a copy of a stage, which goes when it is closed."""
        copy = shutil.copyfile(self._file(stage), self.folder / f"{uuid.uuid4().hex}.db")
        try:
            with opened(f"sqlite:///{copy}") as database:
                yield database
        finally:
            copy.unlink()

    def _file(self, stage: str) -> Path:
        return self.folder / f"stage_{stage}.db"


@dataclass(slots=True)
class OfServer:
    """One database's stages on PostgreSQL: its rows, to which a copy of it is brought back each time.

    To copy a database takes the server ten times as long as to write back the rows that differ.
    """

    server: PostgresServer
    swept: Swept
    kept: dict[str, Content] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)
    source: str = ""

    def keep(self, stage: str, url: str) -> None:
        """Keep the rows as they stand as a stage."""
        self.source = make_url(url).database or ""
        self.kept[stage] = Content.of(self.swept.sweeper(self.source))

    @contextmanager
    def fresh(self, stage: str) -> Iterator[Database]:
        """Open a copy, brought to a stage."""
        name = self.free.pop() if self.free else self._copy()
        assert self.kept[stage].brought_to(self.swept.sweeper(name)), f"{name} cannot be brought to {stage}"
        with opened(self.server.url(name), again=True) as database:
            yield database
        self.free.append(name)

    def _copy(self) -> str:
        name = f"stage_{uuid.uuid4().hex}"
        self.swept.leave(self.source)
        self.server.create(name, self.source)
        return name


Stages = OfFiles | OfServer
