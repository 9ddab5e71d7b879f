"""Files cannot hurt: spoilt ones and bombs are taken or refused with a sentence, in bounded memory and time."""

import random
import time
import tracemalloc
from collections import Counter

from app.rules.file_types import UnfitFile, file_type
from tests.promises.conftest import Promise
from tests.rules import files

LARGEST = 10 << 20
"""Bytes that a file may have unless a deployment says otherwise."""
SECONDS = 30
"""What one file may take on a busy machine; a bomb that was unpacked whole would take minutes."""
MEMORY = 64 << 20
GOOD = (files.PDF, files.png(), files.JPEG, files.docx(), files.xlsx(), files.ofd(), files.TEXT.encode("gb18030"))


def test_files_cannot_hurt(promise: Promise) -> None:
    """Good files spoilt in one to four places, and bombs of the largest size, get a kind or a sentence, never more."""
    chance = random.Random("证据")  # noqa: S311 the same files again is what is wanted
    found: Counter[str] = Counter()
    for _ in range(promise.size(200_000, 2_000)):
        found[_asked(_spoilt(chance))] += 1
    slowest, peak = 0.0, 0
    for bomb in _bombs():
        assert len(bomb) <= LARGEST
        began = time.monotonic()
        tracemalloc.start()
        assert _asked(bomb) == "refused"
        peak = max(peak, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        slowest = max(slowest, time.monotonic() - began)
    promise.shows(spoilt=found.total(), taken=found["taken"], refused=found["refused"], slowest_bomb=round(slowest, 2))
    assert found["refused"] > found["taken"] > 0
    assert (slowest < SECONDS, peak < MEMORY) == (True, True), (slowest, peak)


def _asked(content: bytes) -> str:
    said = ""
    try:
        file_type(content)
    except UnfitFile as refused:
        said = str(refused)
    assert not said or said.endswith(".")
    return "refused" if said else "taken"


def _spoilt(chance: random.Random) -> bytes:
    content = bytearray(chance.choice(GOOD))
    for _ in range(chance.randint(1, 4)):
        place, what = chance.randrange(len(content) + 1), chance.randrange(4)
        if what == 0:
            content[place : place + 1] = chance.randbytes(chance.randrange(3))
        elif what == 1:
            content[place : place + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x01\0\0\0"))
        elif what == 2:
            del content[place : place + chance.randrange(1, 40)]
        else:
            content[place:place] = chance.choice(GOOD)[: chance.randrange(60)]
    return bytes(content)


def _bombs() -> list[bytes]:
    """Give archives that unpack to far more than they have: by ratio, by number, by sizes that lie; and a long text."""
    zeros = files.zipped({"word/document.xml": bytes(64 << 20)})
    lying = bytearray(files.saying(zeros, files.SIZE, "<L", 4_000_000))
    lying[22:26] = (4_000_000).to_bytes(4, "little")
    many = files.zipped({f"{number}.xml": bytes(1 << 20) for number in range(120)})
    return [zeros, bytes(lying), many, b"%PDF-" + b"PK\x05\x06" * (2 << 20), b"a" * (LARGEST - 1) + b"\0"]
