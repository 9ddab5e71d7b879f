"""The parts of an office document (.xlsx, .docx): checked as an archive, then read as XML without any of its tricks."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from app.documents.unfit import UnfitDocument
from app.rules.archives import Entry, checked_entries, unpacked
from app.rules.file_types import FileType, UnfitFile, file_type

LARGEST_PART = 16 * 1024 * 1024
"""Bytes of one part's XML: some 300,000 cells, far above any form."""
MOST_ELEMENTS = 600_000
"""Elements of one part: each takes memory, however short it is written."""
DEEPEST = 100
"""How deep elements may stand in one another; office programs stay below 40."""
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True, slots=True)
class Parts:
    """A checked document: its bytes, and where each part is in them; names are compared without regard to case."""

    content: bytes
    entries: Mapping[str, Entry]

    def holds(self, name: str) -> bool:
        """Tell whether there is such a part."""
        return name.casefold() in self.entries

    def events(self, name: str) -> Iterator[tuple[bool, Element]]:
        """Read a part as a stream: each element as it begins (True) and as it ends; whoever reads clears it then.

        Raises UnfitDocument for what is too large, broken, or holds a document type or an entity.
        """
        entry = self.entries.get(name.casefold())
        if entry is None:
            raise UnfitDocument("broken-document", f"It lacks its part '{name[:80]}'.", _SAVE_ANEW, name[:80])
        if entry.size > LARGEST_PART:
            detail = f"Its part '{name[:80]}' has {entry.size} bytes; the most is {LARGEST_PART}."
            raise UnfitDocument("document-too-large", detail, _COPY_OUT, name[:80])
        depth = count = 0
        try:
            for event, element in iterparse(
                BytesIO(unpacked(self.content, entry)), events=("start", "end"), forbid_dtd=True
            ):
                begins = event == "start"
                depth += 1 if begins else -1
                count += begins
                if count > MOST_ELEMENTS:
                    detail = f"Its part '{name[:80]}' has more than {MOST_ELEMENTS} elements."
                    raise UnfitDocument("document-too-large", detail, _COPY_OUT, name[:80])
                if depth > DEEPEST:
                    detail = f"In its part '{name[:80]}' more than {DEEPEST} elements stand in one another."
                    raise UnfitDocument("broken-document", detail, _SAVE_ANEW, name[:80])
                yield begins, element
        except DefusedXmlException:
            detail = f"Its part '{name[:80]}' declares a document type or entities, which no office program writes."
            raise UnfitDocument("xml-entities", detail, _SAVE_ANEW, name[:80]) from None
        except (ParseError, ValueError, LookupError) as error:
            if isinstance(error, UnfitDocument):
                raise
            detail = f"Its part '{name[:80]}' is no XML that can be read."
            raise UnfitDocument("broken-document", detail, _SAVE_ANEW, name[:80]) from None

    def relations(self, name: str) -> dict[str, str]:
        """Give the parts that a part refers to, by the id of the reference; what lies outside is left out."""
        folder, _, file = name.rpartition("/")
        listed = f"{folder}/_rels/{file}.rels"
        found: dict[str, str] = {}
        if not self.holds(listed):
            return found
        for begins, element in self.events(listed):
            if not begins and local(element.tag) == "Relationship" and element.get("TargetMode") != "External":
                target = (element.get("Target") or "").replace("\\", "/")
                path = target if target.startswith("/") else posixpath.join("/" + folder, target)
                found[element.get("Id") or ""] = posixpath.normpath(path).lstrip("/")
        return found


_SAVE_ANEW = "Open it in an office program, save it anew, and send that."
_COPY_OUT = "Copy the table alone into a new document and send that."


def parts(content: bytes, kind: FileType, called: str) -> Parts:
    """Check that the bytes are a document of this kind; raises UnfitDocument with what they are instead."""
    refuse_old(content, called)
    try:
        found = file_type(content)
    except UnfitFile as error:
        code = "macros" if "macros" in str(error) else "wrong-file-type"
        raise UnfitDocument(code, str(error), f"Save it as {called}, without macros or a password.") from None
    if found != kind:
        raise UnfitDocument("wrong-file-type", f"It is {found.called}.", f"Send {called}.")
    return Parts(content, {entry.name.replace("\\", "/").casefold(): entry for entry in checked_entries(content)})


def refuse_old(content: bytes, called: str) -> None:
    """Refuse what is encrypted, or of the form before 2007; both look alike from outside."""
    if not content.startswith(_OLD):
        return
    remedy = f"Save it without a password as {called}."
    if _ENCRYPTED in content:
        raise UnfitDocument("encrypted", "It is encrypted, so nobody can see what it holds.", remedy)
    raise UnfitDocument("older-format", "It is an office document of the form before 2007.", remedy)


def local(tag: Any) -> str:  # noqa: ANN401 a comment's tag is a function
    """Give an element's name without its namespace: there are two forms of each, and both are read."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def relation_id(element: Element) -> str:
    """Give the id of the reference that an element makes to another part."""
    return element.get(_RELATION_ID) or element.get(_STRICT_ID) or ""
