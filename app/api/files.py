"""Files as answers: a declared media type, and names that neither a header nor a file system trips over."""

from typing import Any
from urllib.parse import quote

from fastapi import Response

from app.documents import xlsx
from app.documents.paper import Paper


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
    # Both names were made of letters that need no escape here; everything else in the Chinese one is percent-encoded.
    names = f"filename=\"{paper.ascii_name}\"; filename*=UTF-8''{quote(paper.name, safe='')}"
    return Workbook(paper.content, headers={"Content-Disposition": f"attachment; {names}"})
