"""Reads a workbook back cell by cell, as it stands in its XML, for the tests of what is handed out."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_ESCAPED = re.compile(r"_x([0-9A-F]{4})_")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, slots=True)
class Text:
    """A cell that is a text, whatever it looks like."""

    text: str


Cell = Text | str | None
"""A text, a number as it is written, or nothing."""
Rows = list[list[Cell]]


def parts(content: bytes) -> dict[str, str]:
    """Give every file inside a workbook by its name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def sheets(content: bytes) -> dict[str, Rows]:
    """Give every sheet by its name, each with all of its rows, the heading first."""
    files = parts(content)
    texts = [_ESCAPED.sub(_character, "".join(entry.itertext())) for entry in _root(files["xl/sharedStrings.xml"])]
    names = [sheet.attrib["name"] for sheet in _root(files["xl/workbook.xml"]).iter(f"{_MAIN}sheet")]
    return {
        name: [list(_cells(row, texts)) for row in _root(files[f"xl/worksheets/sheet{number}.xml"]).iter(f"{_MAIN}row")]
        for number, name in enumerate(names, 1)
    }


def shown(content: bytes, sheet: str) -> list[dict[str, str | None]]:
    """Give the rows of a sheet by their headings, texts and numbers alike as they are written."""
    heading, *rows = [[cell.text if isinstance(cell, Text) else cell for cell in row] for row in sheets(content)[sheet]]
    return [dict(zip(map(str, heading), row, strict=True)) for row in rows]


def _character(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 16))


def _root(xml: str) -> ET.Element:
    return ET.fromstring(xml)  # noqa: S314 it reads what the program has just written


def _cells(row: ET.Element, texts: list[str]) -> Iterator[Cell]:
    for cell in row.iter(f"{_MAIN}c"):
        assert cell.find(f"{_MAIN}f") is None, "a formula"
        value = cell.findtext(f"{_MAIN}v")
        yield Text(texts[int(value)]) if value is not None and cell.get("t") == "s" else value
