"""What a file is, told by its bytes alone; neither its name nor what the sender calls it is believed."""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

from app.rules.archives import Entry, UnfitArchive, checked_entries, holds_archive, unpacked


class UnfitFile(ValueError):
    """A file that is not taken; its text is a whole sentence that says what it is."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is taken: how it is called, its media type, and the extensions of its name."""

    called: str
    media_type: str
    extensions: tuple[str, ...]


PDF = FileType("a PDF", "application/pdf", ("pdf",))
PNG = FileType("a PNG image", "image/png", ("png",))
JPEG = FileType("a JPEG image", "image/jpeg", ("jpg", "jpeg"))
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = FileType("a Word document", f"{_OFFICE}wordprocessingml.document", ("docx",))
XLSX = FileType("an Excel workbook", f"{_OFFICE}spreadsheetml.sheet", ("xlsx",))
OFD = FileType("an OFD document", "application/ofd", ("ofd",))
UTF_8 = FileType("a text in UTF-8", "text/plain; charset=utf-8", ("txt", "csv"))
GB18030 = FileType("a text in GB18030", "text/plain; charset=gb18030", ("txt", "csv"))
TYPES = (PDF, PNG, JPEG, DOCX, XLSX, OFD, UTF_8, GB18030)
EXTENSIONS = tuple(dict.fromkeys(extension for kind in TYPES for extension in kind.extensions))

_REFUSED = (
    (b"MZ", "a program for Windows"),
    (b"\x7fELF", "a program for Linux"),
    (b"\xca\xfe\xba\xbe", "a program for macOS or Java"),
    (b"\xcf\xfa\xed\xfe", "a program for macOS"),
    (b"\xfe\xed\xfa", "a program for macOS"),
    (b"#!", "a script"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an older or an encrypted office document"),
    (b"{\\rtf", "an RTF document"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a WebP image or a recording"),
    (b"%!PS", "a PostScript program"),
)
_ACTIVE = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<?xml", b"<?php", b"<iframe", b"<!--")
_MARKUP = re.compile(rb"<[a-z!?/]")
_BOM = b"\xef\xbb\xbf"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
"""What no text holds; tabs, new lines and new pages it may."""
_MACROS = ("vbaproject.bin", "vbadata.xml")
_MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ofd.xml": OFD}
_LARGEST_LIST = 4 << 20
_PDF_BEGIN = b"%PDF-"
_PDF_END = b"%%EOF"
_PDF_TAIL = 1024
_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_JPEG_BEGIN, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_MARK, _SCAN = 0xFF, 0xDA
_BARE = frozenset((0x01, *range(0xD0, 0xD8)))
"""Marks of a JPEG that no length follows."""
_NEXT_MARK = re.compile(rb"\xff(?=[\x01-\xcf\xd8-\xfe])")
_CHUNK = struct.Struct(">L4s")
_CHECKSUM = 4


def file_type(content: bytes) -> FileType:
    """Say what the bytes are; raises UnfitFile with a sentence where they are nothing that is taken."""
    for mark, check in _CHECKS:
        if content.startswith(mark):
            found = check(content)
            if found not in (DOCX, XLSX, OFD):
                _check_alone(content, found)
            return found
    refused = next((what for mark, what in _REFUSED if content.startswith(mark)), None)
    if refused is not None:
        raise UnfitFile(f"It is {refused}.")
    return _text(content)


def wrong_extension(extension: str, kind: FileType) -> str | None:
    """Say in one sentence how a name's extension contradicts the bytes, or None where it does not."""
    if extension in kind.extensions:
        return None
    return f"It is {kind.called}; its name ends with '.{extension}'."


def _check_alone(content: bytes, kind: FileType) -> None:
    """Refuse what a program that looks for its own mark, and not at the beginning, would open as something else."""
    if holds_archive(content):
        raise UnfitFile(f"It is {kind.called} and a ZIP archive in one.")
    if kind != PDF and any(_PDF_BEGIN in part for part in (content[:_PDF_TAIL], content[-_PDF_TAIL:])):
        raise UnfitFile(f"It is {kind.called} and a PDF in one.")


def _pdf(content: bytes) -> FileType:
    end = content.rfind(_PDF_END, max(0, len(content) - _PDF_TAIL))
    if end < 0:
        raise UnfitFile("It begins as a PDF and does not end as one.")
    if content[end + len(_PDF_END) :].strip(b"\r\n\t \x00"):
        raise UnfitFile("Something follows the end of the PDF.")
    return PDF


def _png(content: bytes) -> FileType:
    place, kind = len(_PNG_MARK), b""
    while kind != b"IEND":
        if place + _CHUNK.size > len(content):
            raise UnfitFile("It begins as a PNG image and does not end as one.")
        length, kind = _CHUNK.unpack_from(content, place)
        if place == len(_PNG_MARK) and kind != b"IHDR":
            raise UnfitFile("It begins as a PNG image and does not go on as one.")
        place += _CHUNK.size + length + _CHECKSUM
    if content[place:].strip(b"\x00"):
        raise UnfitFile("Something follows the end of the PNG image.")
    return PNG


def _jpeg(content: bytes) -> FileType:
    """Walk from one segment to the next up to the image's end: a mark within a preview picture is no end."""
    place = len(_JPEG_BEGIN)
    while (mark := content[place : place + 2]) != _JPEG_END:
        if len(mark) < len(_JPEG_END) or mark[0] != _MARK:
            raise UnfitFile("It begins as a JPEG image and does not end as one.")
        if mark[1] == _MARK:
            place += 1
        elif mark[1] in _BARE:
            place += len(mark)
        else:
            length = int.from_bytes(content[place + 2 : place + 4], "big")
            place += len(mark) + max(length, 2)
            place = _after_scan(content, place) if mark[1] == _SCAN else place
    if content[place + len(_JPEG_END) :].strip(b"\x00"):
        raise UnfitFile(
            "Something follows the end of the JPEG image, as a telephone's moving picture does; "
            "open it and save it anew as a plain photograph, or hand in a picture of the screen."
        )
    return JPEG


def _after_scan(content: bytes, place: int) -> int:
    """Give where the next segment begins behind picture data, in which a mark's first byte is followed by a zero."""
    found = _NEXT_MARK.search(content, place)
    return found.start() if found else len(content)


def _archive(content: bytes) -> FileType:
    try:
        names = {entry.name.casefold(): entry for entry in checked_entries(content)}
    except UnfitArchive as error:
        raise UnfitFile(f"It is a ZIP archive that is not taken: {error}") from None
    told = [entry for name, entry in names.items() if name.endswith((".rels", "[content_types].xml"))]
    if any(name.endswith(_MACROS) for name in names) or any(_names_macros(content, entry) for entry in told):
        raise UnfitFile("It is an office document with macros.")
    found = [kind for part, kind in _MAIN_PARTS.items() if part in names]
    if len(found) > 1:
        raise UnfitFile(f"It is {found[0].called} and {found[1].called} in one.")
    if not found or (found[0] != OFD and "[content_types].xml" not in names):
        raise UnfitFile("It is a ZIP archive and no office document.")
    return found[0]


def _names_macros(content: bytes, entry: Entry) -> bool:
    """Tell whether a part says that the document has macros; it may be written with a zero beside each letter."""
    if entry.size > _LARGEST_LIST:
        raise UnfitFile(f"Its list of parts '{entry.name[:80]}' has more than {_LARGEST_LIST} bytes.")
    said = unescape(unpacked(content, entry).replace(b"\x00", b"").decode("latin-1")).lower()
    return any(word in said for word in ("macroenabled", "vbaproject", "vbadata"))


_CHECKS: tuple[tuple[bytes, Callable[[bytes], FileType]], ...] = (
    (b"%PDF-", _pdf),
    (_PNG_MARK, _png),
    (b"\xff\xd8\xff", _jpeg),
    (b"PK\x03\x04", _archive),
)


def _text(content: bytes) -> FileType:
    if holds_archive(content):
        raise UnfitFile("It is a ZIP archive with something before it.")
    if _PDF_BEGIN in content[:_PDF_TAIL]:
        raise UnfitFile("It is a PDF with something before it.")
    kind, text = _decoded(content)
    if _CONTROLS.search(text):
        raise UnfitFile("It is of no kind that is known here.")
    beginning = content.removeprefix(_BOM).lstrip()[:16].lower()
    if beginning.startswith(_ACTIVE) or _MARKUP.match(beginning):
        raise UnfitFile("It is a web page or another text that programs act upon.")
    return kind


def _decoded(content: bytes) -> tuple[FileType, str]:
    for kind, encoding in ((UTF_8, "utf-8"), (GB18030, "gb18030")):
        try:
            return kind, content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnfitFile("It is of no kind that is known here.")
