"""The dossier (档案) of a settlement: what it says, how it came about, what it rests on, who approved and paid it."""

import uuid

from sqlmodel import Session

from app.documents import xlsx
from app.documents.paper import Paper, ascii_file_name, file_name
from app.features.access.caller import Caller
from app.features.settlements.papers.dossier_record import read
from app.features.settlements.papers.dossier_sheets import sheets


def dossier(session: Session, caller: Caller, contract_id: uuid.UUID, settlement_id: uuid.UUID) -> Paper:
    """Give the dossier of a settlement of the caller's centers, approved or not, as a workbook.

    It is dated by the settlement's last change, which a payment is as well: nothing new, and it is the same file.
    """
    found = read(session, caller, contract_id, settlement_id)
    row = found.settlement
    number, period = row["contract_number"], row["payment_period"]
    book = xlsx.Book(f"{number} {period} 费用结算档案", f"{number}  {period}", row["updated_at"], sheets(found))
    return Paper(
        xlsx.write(book),
        file_name(xlsx.SUFFIX, "费用结算档案", number, period),
        ascii_file_name(xlsx.SUFFIX, "dossier", number, period),
    )
