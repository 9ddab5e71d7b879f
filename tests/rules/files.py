"""Files as they are handed in, good ones and bad ones, made byte by byte."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(50)
TEXT = "日期,窗口,整改情况\n2023-01-12,A-07,已补足人员\n"


def segment(data: bytes, kind: int = 0xFE) -> bytes:
    """Give one segment of a JPEG, a remark unless said otherwise."""
    return struct.pack(">BBH", 0xFF, kind, len(data) + 2) + data


_DATA = b"data\xff\x00more\xff\xd0"
SCANNED = (
    JPEG[:2]
    + segment(b"a preview" + JPEG, 0xE1)
    + segment(b"\x01", 0xDA)
    + _DATA
    + segment(b"", 0xDA)
    + b"x"
    + JPEG[-2:]
)
"""With a preview that has its own end, and picture data in two scans."""


def png(after: bytes = b"", said: bytes = b"") -> bytes:
    """Give an image of one white dot, what follows its end, and a text in it."""
    header = struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0)
    chunks = (("IHDR", header), ("tEXt", said), ("IDAT", zlib.compress(b"\x00\xff")), ("IEND", b""))
    return (
        b"\x89PNG\r\n\x1a\n"
        + b"".join(_chunk(kind.encode(), data) for kind, data in chunks if data or kind != "tEXt")
        + after
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def zipped(files: Mapping[str, bytes | str], comment: bytes = b"") -> bytes:
    """Pack files as any program does."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(**more: bytes | str) -> bytes:
    """Give a Word document's parts, and further ones by their names."""
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"} | more)


def xlsx() -> bytes:
    """Give an Excel workbook's parts."""
    return zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"})


def ofd() -> bytes:
    """Give an OFD document's parts."""
    return zipped({"OFD.xml": "<OFD/>", "Doc_0/Document.xml": "<Document/>"})


def saying(content: bytes, place: int, form: str, value: int) -> bytes:
    """Give an archive whose last directory entry says something else at a place of its header."""
    entry = content.rfind(b"PK\x01\x02")
    spoilt = bytearray(content)
    struct.pack_into(form, spoilt, entry + place, value)
    return bytes(spoilt)


FLAGS, PACKED, SIZE, OFFSET = 8, 20, 24, 42
"""Where a directory's entry keeps what it says."""


def overlapping() -> bytes:
    """Give an archive one of whose files lies within another one's bytes, as bombs are made that need no nesting."""
    inner = _stored("b.xml", b"b" * 100)
    within, inner_entry = _parts(inner)
    outer, outer_entry = _parts(_stored("a.xml", b"x" + within))
    directory = outer_entry + saying(inner_entry, OFFSET, "<L", outer.index(within))
    return outer + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), len(outer), 0)


def _stored(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _parts(archive: bytes) -> tuple[bytes, bytes]:
    entry, end = archive.rfind(b"PK\x01\x02"), archive.rfind(b"PK\x05\x06")
    return archive[:entry], archive[entry:end]
