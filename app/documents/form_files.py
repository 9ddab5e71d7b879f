"""The tables of a file in which a form was handed in: a workbook's sheets, or a Word document's tables."""

from app.documents import word_tables, workbooks
from app.documents.office_parts import refuse_old
from app.documents.unfit import UnfitDocument
from app.rules.file_types import DOCX, XLSX, UnfitFile, file_type
from app.rules.grids import Grid

CALLED = "a Word document (.docx) or an Excel workbook (.xlsx)"
MOST_ROWS = 1_000
MOST_COLUMNS = 63


def tables(content: bytes) -> tuple[Grid, ...]:
    """Read the tables; raises UnfitDocument for what is neither, or is not safe to read."""
    refuse_old(content, CALLED)
    try:
        kind = file_type(content)
    except UnfitFile as error:
        code = "macros" if "macros" in str(error) else "wrong-file-type"
        raise UnfitDocument(code, str(error), f"Send {CALLED}, without macros or a password.") from None
    if kind == DOCX:
        return word_tables.read(content)
    if kind == XLSX:
        return workbooks.read(content, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS).sheets
    raise UnfitDocument("wrong-file-type", f"It is {kind.called}.", f"Send {CALLED}.")
