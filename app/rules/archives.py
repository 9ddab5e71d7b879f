"""Reads a ZIP's directory before anything of it is unpacked, and refuses what no office program writes.

The same bytes must be the same files to whoever opens them: nothing before, between or after the entries, no entry
twice, none over another, and each as large as it says.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_ENTRIES = 2_000
MOST_UNPACKED = 100 * 1024 * 1024
"""Bytes of all entries together."""
HIGHEST_RATIO = 200
"""Times that an entry may grow; what is below `SMALL` may grow as it likes."""
SMALL = 1024 * 1024

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END_MARK, _ENTRY_MARK, _LOCAL_MARK = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_LONGEST_COMMENT = 0xFFFF
_ENCRYPTED, _SIZES_AFTER, _STRONG, _MASKED = 1 << 0, 1 << 3, 1 << 6, 1 << 13
_STORED, _DEFLATED = 0, 8
_HUGE = 0xFFFFFFFF
_MANY = 0xFFFF
_ZIP64 = 0x0001
_LARGEST_DESCRIPTOR = 24
_PIECE = 64 * 1024
_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\x00",
)
_EXECUTABLES = (b"MZ", b"\x7fELF", b"#!")


class UnfitArchive(ValueError):
    """An archive that is not taken; its text is a whole sentence that says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive, as its directory tells it."""

    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    offset: int
    raw_name: bytes


def holds_archive(content: bytes) -> bool:
    """Tell whether a program that looks for a ZIP's end would find one in these bytes, whatever stands around it.

    Some readers forgive bytes behind the end, and find it wherever it stands; a mark without a directory is none.
    """
    first = max(0, len(content) - _END.size - 2 * _LONGEST_COMMENT)
    if _end_at(content) is not None:
        return True
    place = content.find(_END_MARK, first)
    while place >= 0:
        if place + _END.size <= len(content):
            *_, size, offset, _ = _END.unpack_from(content, place)
            if content.startswith(_ENTRY_MARK, max(0, place - size)) or content.startswith(_ENTRY_MARK, offset):
                return True
        place = content.find(_END_MARK, place + 1)
    return False


def unpacked(content: bytes, entry: Entry) -> bytes:
    """Give an entry's bytes, of an archive whose entries were checked."""
    start = _start(content, entry)
    return b"".join(_unpacked(entry, content[start : start + entry.packed]))


def checked_entries(content: bytes) -> tuple[Entry, ...]:
    """Read an archive's directory, hold every entry against it, and give the entries; raises UnfitArchive."""
    entries, directory = _directory(content)
    names = [entry.name.casefold() for entry in entries]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UnfitArchive(f"It holds '{twice[:80]}' twice.")
    for entry in entries:
        _check_name(entry.name)
        _check_kind(entry)
        _check_size(entry)
    total = sum(entry.size for entry in entries)
    if total > MOST_UNPACKED:
        raise UnfitArchive(f"It would unpack to {total} bytes; the most is {MOST_UNPACKED}.")
    for entry, data in _data(content, entries, directory):
        _check_data(entry, data)
    return entries


def _end_at(content: bytes) -> int | None:
    """Find the end of the directory as readers do: the last mark whose comment reaches the end of the file."""
    first = max(0, len(content) - _END.size - _LONGEST_COMMENT)
    place = content.rfind(_END_MARK, first)
    while place >= 0:
        if place + _END.size <= len(content):
            comment = _END.unpack_from(content, place)[-1]
            if place + _END.size + comment == len(content):
                return place
        place = content.rfind(_END_MARK, first, place)
    return None


def _directory(content: bytes) -> tuple[tuple[Entry, ...], int]:
    end = _end_at(content)
    if end is None:
        raise UnfitArchive("It begins as a ZIP and does not end as one.")
    _, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(content, end)
    if _MANY in (here, count) or _HUGE in (size, offset):
        raise UnfitArchive("It says that it needs the form for more than 4 GiB (ZIP64).")
    if disk or first_disk or here != count:
        raise UnfitArchive("It is one part of several.")
    if comment:
        raise UnfitArchive("Something follows its directory.")
    if count > MOST_ENTRIES:
        raise UnfitArchive(f"It holds {count} files; the most is {MOST_ENTRIES}.")
    if offset + size != end:
        raise UnfitArchive("Its directory is not where it says.")
    entries, place = [], offset
    for _ in range(count):
        entry, place = _entry(content, place, end)
        entries.append(entry)
    if place != end:
        raise UnfitArchive("Its directory holds more than it says.")
    return tuple(entries), offset


def _entry(content: bytes, place: int, end: int) -> tuple[Entry, int]:
    if place + _ENTRY.size > end:
        raise UnfitArchive("Its directory holds less than it says.")
    found = _ENTRY.unpack_from(content, place)
    mark, _, _, flags, method, _, _, checksum, packed, size, named, extra, comment, disk, _, _, offset = found
    after = place + _ENTRY.size + named + extra + comment
    if mark != _ENTRY_MARK or after > end or disk:
        raise UnfitArchive("Its directory cannot be read.")
    start = place + _ENTRY.size
    raw_name, more = content[start : start + named], content[start + named : start + named + extra]
    if _HUGE in (packed, size, offset) or _ZIP64 in _extra_ids(more):
        raise UnfitArchive("An entry says that it needs the form for more than 4 GiB (ZIP64).")
    try:
        name = raw_name.decode("utf-8")
    except UnicodeDecodeError:
        name = raw_name.decode("gb18030", "replace")
    return Entry(name, flags, method, checksum, packed, size, offset, raw_name), after


def _extra_ids(extra: bytes) -> Iterator[int]:
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        yield kind
        place += 4 + length


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or ":" in name or any(ord(sign) < ord(" ") for sign in name):
        raise UnfitArchive(f"It holds a file whose name leads elsewhere: '{name[:80]!a}'.")


def _check_kind(entry: Entry) -> None:
    if entry.flags & (_ENCRYPTED | _STRONG | _MASKED):
        raise UnfitArchive("It is encrypted, so nobody can see what it holds.")
    if entry.method not in (_STORED, _DEFLATED):
        raise UnfitArchive(f"'{entry.name[:80]}' is packed in a way ({entry.method}) that office programs do not use.")


def _check_size(entry: Entry) -> None:
    if entry.size > max(SMALL, entry.packed * HIGHEST_RATIO):
        raise UnfitArchive(
            f"'{entry.name[:80]}' would grow from {entry.packed} to {entry.size} bytes; "
            f"the most is {HIGHEST_RATIO} times."
        )


def _data(content: bytes, entries: Sequence[Entry], directory: int) -> Iterator[tuple[Entry, bytes]]:
    """Give each entry with its packed bytes in the order in which they lie, each behind the one before it."""
    end = 0
    for entry in sorted(entries, key=lambda one: one.offset):
        _check_gap(end, entry.offset)
        start = _start(content, entry)
        end = start + entry.packed
        if end > directory:
            raise UnfitArchive(f"'{entry.name[:80]}' lies over the directory.")
        yield entry, content[start:end]
    _check_gap(end, directory)


def _start(content: bytes, entry: Entry) -> int:
    """Give where an entry's packed bytes begin, having compared what is said there with the directory."""
    named_at = entry.offset + _LOCAL.size
    if named_at > len(content):
        raise UnfitArchive(f"'{entry.name[:80]}' is not where the directory says.")
    mark, _, flags, method, _, _, _, packed, size, named, extra = _LOCAL.unpack_from(content, entry.offset)
    name = content[named_at : named_at + named]
    if mark != _LOCAL_MARK or (name, method) != (entry.raw_name, entry.method):
        raise UnfitArchive(f"'{entry.name[:80]}' is another file in its place than in the directory.")
    if not flags & _SIZES_AFTER and (packed, size) != (entry.packed, entry.size):
        raise UnfitArchive(f"'{entry.name[:80]}' has another size in its place than in the directory.")
    return named_at + int(named) + int(extra)


def _check_gap(end: int, start: int) -> None:
    """Between two entries there may be the sizes of the one before; before the first there may be nothing."""
    if start < end:
        # That is how a small file unpacks to a huge one.
        raise UnfitArchive("Its files lie over one another.")
    if start - end > (_LARGEST_DESCRIPTOR if end else 0):
        raise UnfitArchive("Something lies before or between its files.")


def _check_data(entry: Entry, data: bytes) -> None:
    """Unpack an entry bit by bit, never further than it says, and hold size and checksum against the directory."""
    size, checksum, begun = 0, 0, b""
    for piece in _unpacked(entry, data):
        begun = begun or piece[:8]
        size += len(piece)
        checksum = zlib.crc32(piece, checksum)
        if size > entry.size:
            raise UnfitArchive(f"'{entry.name[:80]}' is larger than the {entry.size} bytes that it says.")
    if (size, checksum) != (entry.size, entry.checksum):
        raise UnfitArchive(f"'{entry.name[:80]}' is damaged.")
    if begun.startswith(_ARCHIVES):
        raise UnfitArchive(f"'{entry.name[:80]}' in it is an archive itself.")
    if begun.startswith(_EXECUTABLES):
        raise UnfitArchive(f"'{entry.name[:80]}' in it is a program.")


def _unpacked(entry: Entry, data: bytes) -> Iterator[bytes]:
    if entry.method == _STORED:
        yield data
        return
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while data and not unpacking.eof:
            piece = unpacking.decompress(data, _PIECE)
            data = unpacking.unconsumed_tail
            if piece:
                yield piece
        yield unpacking.flush(_PIECE)
    except zlib.error:
        raise UnfitArchive(f"'{entry.name[:80]}' is damaged.") from None
    if not unpacking.eof or unpacking.unused_data:
        raise UnfitArchive(f"'{entry.name[:80]}' is damaged.")
