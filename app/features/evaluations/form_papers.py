"""An evaluation as its official form: a workbook, a Word document or a PDF, dated by its latest version."""

from collections.abc import Callable
from datetime import datetime

from app.documents.paper import Paper, ascii_file_name, file_name
from app.features.evaluations.reading import Reading
from app.models.words import EvaluationKind
from app.rules.evaluations.forms.labels import FORM_TITLE, REPORT_TITLE
from app.rules.evaluations.forms.paper import Form, FormPaper, lay_out

Writer = Callable[[FormPaper, datetime], bytes]
_SHOWN_OF_ID = 8


def as_xlsx(found: Reading) -> Paper:
    """Give the form as a workbook, with what the checks found on a second sheet."""
    from app.documents.forms import form_xlsx  # noqa: PLC0415 loaded late

    return _paper(found, form_xlsx.write, ".xlsx")


def as_docx(found: Reading) -> Paper:
    """Give the form as a Word document, with what the checks found behind it."""
    from app.documents.forms import form_docx  # noqa: PLC0415 loaded late

    return _paper(found, form_docx.write, ".docx")


def as_pdf(found: Reading) -> Paper:
    """Give the form as a PDF, with what the checks found behind it."""
    from app.documents.forms import form_pdf  # noqa: PLC0415 loaded late

    return _paper(found, form_pdf.write, ".pdf")


def form(found: Reading) -> Form:
    """Give what the form says."""
    document, goals = found.document, found.document.goals
    return Form(
        project=document.project,
        authority=document.authority,
        unit=document.unit,
        expected=goals.expected if goals else None,
        reached=goals.reached if goals else None,
        evaluation=found.evaluation,
        outcome=found.standing,
        checks=found.checks,
        computed=frozenset(found.actuals),
        title=_title(found),
    )


def _title(found: Reading) -> str:
    return FORM_TITLE if found.row["kind"] == EvaluationKind.SELF_EVALUATION else REPORT_TITLE


def _paper(found: Reading, write: Writer, suffix: str) -> Paper:
    year, number = str(found.row["year"]), str(found.row["id"])[:_SHOWN_OF_ID]
    return Paper(
        write(lay_out(form(found)), found.row["updated_at"]),
        file_name(suffix, _title(found), year, found.row["title"]),
        ascii_file_name(suffix, "evaluation", year, number),
    )
