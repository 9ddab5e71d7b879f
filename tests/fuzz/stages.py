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
class Stages:
    """One database's stages: files beside one another, or databases of one PostgreSQL server."""

    folder: Path
    server: PostgresServer | None = None
    kept: dict[str, str] = field(default_factory=dict)

    def keep(self, stage: str, url: str) -> None:
        """Keep a database as it stands as a stage; nobody may be connected to it."""
        self.kept[stage] = self._copy(url)

    @contextmanager
    def fresh(self, stage: str) -> Iterator[Database]:
        """Open a copy of a stage, which goes when it is closed."""
        url = self._copy(self.kept[stage])
        try:
            with opened(url) as database:
                yield database
        finally:
            self._drop(url)

    def _copy(self, url: str) -> str:
        name, source = f"stage_{uuid.uuid4().hex}", make_url(url).database
        assert source is not None
        if self.server is None:
            shutil.copyfile(source, self.folder / f"{name}.db")
            return f"sqlite:///{self.folder / name}.db"
        self.server.create(name, source)
        return self.server.url(name)

    def _drop(self, url: str) -> None:
        name = make_url(url).database
        assert name is not None
        if self.server is None:
            Path(name).unlink()
        else:
            self.server.drop(name)
