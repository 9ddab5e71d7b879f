"""What a file is, by its bytes: what is taken, and what is refused with what it is."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.archives import MOST_ENTRIES, MOST_UNPACKED, UnfitArchive, checked_entries
from app.rules.file_names import extension, wrong_with_name
from app.rules.file_types import (
    DOCX,
    GB18030,
    JPEG,
    OFD,
    PDF,
    PNG,
    UTF_8,
    XLSX,
    FileType,
    UnfitFile,
    file_type,
    wrong_extension,
)
from tests.rules import files
from tests.rules.files import FLAGS, OFFSET, PACKED, SIZE, docx, saying, zipped


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.PDF, PDF),
        (files.PDF.removesuffix(b"\n"), PDF),
        (files.png(), PNG),
        (files.JPEG, JPEG),
        (files.JPEG + bytes(8), JPEG),
        (files.SCANNED, JPEG),
        (docx(), DOCX),
        (files.xlsx(), XLSX),
        (files.ofd(), OFD),
        (files.TEXT.encode(), UTF_8),
        (b"\xef\xbb\xbf" + files.TEXT.encode(), UTF_8),
        (files.TEXT.encode("gb18030"), GB18030),
        (b"a,b\r\n1,2\r\n", UTF_8),
    ],
)
def test_what_is_taken(content: bytes, kind: FileType) -> None:
    assert file_type(content) == kind


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (files.PROGRAM, "a program for Windows"),
        (b"\x7fELF\x02\x01\x01", "a program for Linux"),
        (b"#!/bin/sh\necho\n", "a script"),
        (b"Rar!\x1a\x07\x01\x00", "a RAR archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "an older or an encrypted office document"),
        (b"GIF89a", "a GIF image"),
        (b"  <!DOCTYPE html><script>", "a web page"),
        (b"\xef\xbb\xbf<svg onload=x>", "a web page"),
        (b"%PDF-1.4 and no end", "does not end as one"),
        (files.PDF + files.PROGRAM, "Something follows the end of the PDF"),
        (files.PDF[:-7] + zipped({"a": b""}, b"%%EOF\n") + b"", "a PDF and a ZIP archive in one"),
        (files.png(b"MZ"), "Something follows the end of the PNG"),
        (files.png()[:-5], "PNG image"),
        (files.JPEG[:-2], "does not end as one"),
        (files.JPEG + docx(), "follows the end of the JPEG"),
        (files.JPEG + docx() + b"x", "save it anew"),
        (files.JPEG + files.PDF, "follows the end of the JPEG"),
        (files.JPEG + b"<html>", "follows the end of the JPEG"),
        (files.JPEG + b"Rar!\x1a\x07\x01\x00", "follows the end of the JPEG"),
        (files.JPEG[:2] + files.segment(docx()) + files.JPEG[2:], "a JPEG image and a ZIP archive in one"),
        (files.JPEG[:2] + files.segment(b"\xff\xd9"), "does not end as one"),
        (files.png(said=b"note\0" + files.PDF), "a PNG image and a PDF in one"),
        (files.PDF[:-7] + docx() + b"\n%%EOF\n", "a PDF and a ZIP archive in one"),
        (b"text\n" + files.PDF, "a PDF with something before it"),
        (b"<img src=x onerror=alert(1)>", "a web page"),
        (docx(**{"xl/workbook.xml": "<workbook/>"}), "a Word document and an Excel workbook in one"),
        (docx(**{"OFD.xml": "<OFD/>"}), "a Word document and an OFD document in one"),
        (docx(**{"[Content_Types].xml": "<Override ContentType='a.macroEnabled.main+xml'/>"}), "with macros"),
        (docx(**{"[Content_Types].xml": "<Override ContentType='a.macro&#69;nabled'/>"}), "with macros"),
        (
            docx(**{"word/_rels/document.xml.rels": "<Relationship Target='vbaProject'/>".encode("utf-16")}),
            "with macros",
        ),
        (b"text before" + docx(), "a ZIP archive with something before it"),
        (b"\x00\x01\x02\x03", "of no kind that is known"),
        (b"text\x1b[2J", "of no kind that is known"),
        (b"\xff\xfe" + "文".encode("utf-16-le"), "of no kind that is known"),
        (zipped({"a.txt": "a"}), "no office document"),
        (docx(**{"word/vbaProject.bin": b"x"}), "macros"),
        (docx(**{"word/a.bin": files.PROGRAM}), "is a program"),
    ],
)
def test_what_is_refused_is_named(content: bytes, said: str) -> None:
    with pytest.raises(UnfitFile) as refused:
        file_type(content)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped({f"{number}.xml": b"" for number in range(MOST_ENTRIES + 1)}), "2001 files"),
        (zipped({"a.xml": bytes(2 << 20)}), "would grow"),
        (zipped({"deep/../../../etc/passwd": b""}), "leads elsewhere"),
        (zipped({"..\\start.bat": b""}), "leads elsewhere"),
        (zipped({"/etc/passwd": b""}), "leads elsewhere"),
        (zipped({"C:evil": b""}), "leads elsewhere"),
        (zipped({"a.xml": b"", "A.XML": b""}), "twice"),
        (zipped({"inner.zip": zipped({"a": b""})}), "is an archive itself"),
        (zipped({"inner.gz": b"\x1f\x8b\x08rest"}), "is an archive itself"),
        (saying(zipped({"a.xml": b"x" * 500}), FLAGS, "<H", 1), "encrypted"),
        (saying(zipped({"a.xml": b"x" * 500}), SIZE, "<L", 100), "another size in its place"),
        (saying(zipped({"a.xml": b"x" * 500}), SIZE, "<L", 0xFFFFFFFF), "ZIP64"),
        (saying(zipped({"a.xml": b"x" * 500}), PACKED, "<L", 0xFFFFFFFF), "ZIP64"),
        (saying(zipped({"a.xml": b"x" * 500}), OFFSET, "<L", 7), "before or between"),
        (saying(zipped({"a.xml": b"x" * 500}), OFFSET, "<L", 10**9), "before or between"),
        (saying(zipped({"a.xml": b"x" * 500}), 0, "<L", 0), "cannot be read"),
        (zipped({"a.xml": b"a"}, b"a comment"), "follows its directory"),
        (b"MZ" + zipped({"a.xml": b"a"}), "not where it says"),
        (zipped({"a.xml": b"a"})[:-4], "does not end as one"),
    ],
)
def test_archives_are_refused_by_their_directory(content: bytes, said: str) -> None:
    with pytest.raises(UnfitArchive) as refused:
        checked_entries(content)
    assert said in str(refused.value)


def test_entries_over_one_another() -> None:
    with pytest.raises(UnfitArchive, match="lie over one another"):
        checked_entries(files.overlapping())


def test_a_size_that_lies_in_both_places_is_found_while_unpacking() -> None:
    """Directory and entry agree that it is small; unpacking stops at the size that they say."""
    honest = zipped({"a.xml": bytes(50 << 20)})
    lying = bytearray(saying(honest, SIZE, "<L", 1000))
    struct.pack_into("<L", lying, 22, 1000)
    with pytest.raises(UnfitArchive, match=r"larger than the 1000 bytes"):
        checked_entries(bytes(lying))


def test_many_entries_that_are_large_together() -> None:
    part = bytes(1 << 20)
    with pytest.raises(UnfitArchive, match=r"would unpack to"):
        checked_entries(zipped({str(number): part for number in range(MOST_UNPACKED // len(part) + 1)}))


def test_an_archive_that_says_it_holds_more_or_fewer() -> None:
    whole = zipped({"a.xml": b"a", "b.xml": b"b"})
    end = whole.rfind(b"PK\x05\x06")
    for count, said in ((1, "more than it says"), (3, "less than it says"), (0xFFFF, "ZIP64")):
        spoilt = bytearray(whole)
        struct.pack_into("<2H", spoilt, end + 8, count, count)
        with pytest.raises(UnfitArchive, match=said):
            checked_entries(bytes(spoilt))


@given(st.binary(max_size=300), st.integers(0, 400), st.sampled_from((docx(), files.png(), files.PDF, files.ofd())))
def test_whatever_the_bytes_are_they_are_taken_or_refused_with_a_sentence(
    noise: bytes, place: int, good: bytes
) -> None:
    for content in (noise, good[:place] + noise, good[:place] + noise + good[place + len(noise) :]):
        try:
            file_type(content)
        except UnfitFile as refused:
            assert str(refused).endswith(".")  # noqa: PT017 either of the two is right


@pytest.mark.parametrize("name", ["整改照片.jpg", "a b (1).PDF", "月报.2023-01.xlsx", "-.txt"])
def test_names_that_are_taken(name: str) -> None:
    assert wrong_with_name(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        " a.txt",
        "a.txt ",
        ".bashrc",
        "a.txt.",
        "../a.txt",
        "..\\a.txt",
        "/etc/passwd",
        "C:a.txt",
        "a\x00.txt",
        "a\n.txt",
        "photo\u202egpj.exe",
        "con.txt",
        "LPT1.pdf",
        "COM¹.csv",
        "LPT².txt",
        "nul",
        "x" * 121,
        "𠮷" * 61,
        "a\ud800.txt",
    ],
)
def test_names_that_are_refused_with_a_sentence(name: str) -> None:
    assert (wrong_with_name(name) or "").endswith(".")


def test_an_extension_says_what_the_file_is() -> None:
    assert (extension("A.JPEG"), extension("a"), extension("a.tar.PDF")) == ("jpeg", "", "pdf")
    assert wrong_extension("jpeg", JPEG) is None
    assert wrong_extension("pdf", DOCX) == "It is a Word document; its name ends with '.pdf'."
