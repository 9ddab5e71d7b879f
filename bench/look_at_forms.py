"""Converts the official form with LibreOffice, where it is installed, and says whether every cell's text is kept.

No part of the tests: the program needs no office suite, but whoever receives a form has one. Ends with 0 where every
file was converted and nothing is missing, with 1 where something is, and with 2 where LibreOffice is not installed.
"""

import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import yaml

from app.documents.forms import form_docx, form_pdf, form_xlsx
from app.features.evaluations import templates
from app.features.evaluations.document import EvaluationDocument
from app.rules.evaluations.checking import check
from app.rules.evaluations.forms.paper import Form, FormPaper, lay_out
from app.rules.evaluations.relations import compare
from app.rules.evaluations.scoring import score

_DATED = datetime(2025, 1, 20, tzinfo=UTC)
_REPORTS = Path(__file__).parents[1] / "app" / "demo" / "evaluations"
_SECONDS = 300
_HYPHENS = dict.fromkeys((0x02, 0xAD, 0xFFFE), "-")
"""What the reader of a PDF makes of a hyphen that ends a line."""


def main() -> int:
    """Write the forms of the demonstration's evaluations, convert each, and compare."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        print("LibreOffice is not installed: nothing was converted.")
        return 2
    missing = 0
    with tempfile.TemporaryDirectory() as folder:
        for report in sorted(_REPORTS.glob("*.yaml")):
            paper = _paper(report)
            for suffix, writer in ((".xlsx", form_xlsx), (".docx", form_docx)):
                file = Path(folder) / f"{report.stem}{suffix}"
                file.write_bytes(writer.write(paper, _DATED))
                missing += _said(file.name, paper, _converted(office, file))
            missing += _said(f"{report.stem}.pdf", paper, form_pdf.write(paper, _DATED))
    return 1 if missing else 0


def _paper(report: Path) -> FormPaper:
    said = yaml.safe_load(report.read_text("utf-8"))
    document = EvaluationDocument.model_validate(said["document"])
    template = templates.find(said["template"])
    if template is None:
        raise LookupError(said["template"])
    evaluation = document.evaluation(said["year"], template, {"working_days": None, "calendar_days": None})
    outcome = score(evaluation)
    goals = document.goals
    return lay_out(
        Form(
            project=document.project,
            authority=document.authority,
            unit=document.unit,
            expected=goals.expected if goals else None,
            reached=goals.reached if goals else None,
            evaluation=evaluation,
            outcome=outcome,
            checks=tuple(check(evaluation, outcome, compare(evaluation, outcome))),
        )
    )


def _converted(office: str, file: Path) -> bytes:
    """Convert a file to PDF without a screen; raises where LibreOffice does not end with 0."""
    asked = [office, "--headless", "--convert-to", "pdf", "--outdir", str(file.parent / "pdf"), str(file)]
    subprocess.run(asked, check=True, capture_output=True, timeout=_SECONDS)
    return (file.parent / "pdf" / f"{file.stem}.pdf").read_bytes()


def _said(name: str, paper: FormPaper, content: bytes) -> int:
    """Print what is missing of a file, and count it."""
    pages = pypdfium2.PdfDocument(content)
    whole = _squeezed("".join(page.get_textpage().get_text_range() for page in pages))
    texts = [cell.text for cell in paper.cells] + [text for row in paper.annex for text in row]
    # A cell that goes on over the page has another cell's letters between its own: its letters are counted then.
    lost = [text for text in texts if _squeezed(text) not in whole and not _has_letters(text, whole)]
    print(f"{name}: {len(pages)} pages, {len(texts)} texts, {len(lost)} missing {lost[:5]}")
    return len(lost)


def _squeezed(text: str) -> str:
    return "".join(text.split()).translate(_HYPHENS)


def _has_letters(text: str, whole: str) -> bool:
    return all(whole.count(letter) >= text.count(letter) for letter in set(_squeezed(text)))


if __name__ == "__main__":
    sys.exit(main())
