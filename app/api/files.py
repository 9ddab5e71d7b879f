"""Files as answers: a declared media type, and names that neither a header nor a file system trips over."""

from typing import Any
from urllib.parse import quote

from fastapi import Response

from app.documents import csv_sheet, xlsx
from app.documents.paper import Paper
from app.rules.file_types import DOCX, PDF, TYPES


class Workbook(Response):
    """A workbook to be saved."""

    media_type = xlsx.MEDIA_TYPE


WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A workbook; its name is in Content-Disposition",
        "content": {xlsx.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        "headers": {
            "Content-Disposition": {
                "description": "`attachment` with a name in ASCII and, as RFC 6266 has it, one in Chinese",
                "schema": {"type": "string"},
            }
        },
    }
}
"""What a route that answers with a workbook says of it."""


def workbook(paper: Paper) -> Response:
    """Answer with a workbook under both of its names."""
    return to_save(Workbook, paper)


class WordDocument(Response):
    """A Word document to be saved."""

    media_type = DOCX.media_type


class PdfFile(Response):
    """A PDF to be saved."""

    media_type = PDF.media_type


def to_save(file: type[Workbook | WordDocument | PdfFile], paper: Paper) -> Response:
    """Answer with a file under both of its names."""
    # Both names were made of letters that need no escape here; everything else in the Chinese one is percent-encoded.
    names = f"filename=\"{paper.ascii_name}\"; filename*=UTF-8''{quote(paper.name, safe='')}"
    return file(paper.content, headers={"Content-Disposition": f"attachment; {names}"})


class CsvFile(Response):
    """A table in comma-separated values, to be saved."""

    media_type = csv_sheet.MEDIA_TYPE


class JsonLines(Response):
    """A file of JSON documents, one a line, to be saved."""

    media_type = "application/jsonl"


def _to_be_saved(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": description, "content": content, "headers": WORKBOOK[200]["headers"]}}


CSV_FILE = _to_be_saved(CsvFile.media_type, "A table in UTF-8 with its mark, as spreadsheets open it")
WORD_DOCUMENT = _to_be_saved(WordDocument.media_type, "A Word document; its name is in Content-Disposition")
PDF_FILE = _to_be_saved(PdfFile.media_type, "A PDF; its name is in Content-Disposition")
JSON_LINES = _to_be_saved(JsonLines.media_type, "One JSON document a line")
"""What a route that answers with such a file says of it."""


def saved(file: type[CsvFile | JsonLines], content: bytes, name: str) -> Response:
    """Answer with a file that is to be saved under a name of ASCII letters."""
    return file(content, headers={"Content-Disposition": f'attachment; filename="{name}"'})


_BINARY = {"schema": {"type": "string", "format": "binary"}}
ATTACHMENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bytes as they were handed in, always to be saved and never to be shown",
        "content": {kind.media_type.partition(";")[0]: _BINARY for kind in TYPES},
        "headers": WORKBOOK[200]["headers"],
    },
    503: {"description": "The service cannot answer just now, or the file is damaged"},
}
"""What a route that answers with a file that somebody handed in says of it."""


def attachment(content: bytes, name: str, media_type: str, sha256: str) -> Response:
    """Answer with a file that somebody handed in: to be saved under its name, and acted upon by no browser."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._- ") else "_" for sign in name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{sha256}"',
    }
    answer = Response(content, headers=headers)
    # Set as it stands: the framework would give every text its own charset.
    answer.headers["Content-Type"] = media_type
    return answer
