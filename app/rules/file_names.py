"""Names under which files are handed in: plain ones, safe on every system, and telling what the file is."""

import unicodedata

LONGEST_NAME = 120
"""Characters; with three bytes for a Chinese one, and more for rarer ones, this fits what file systems hold."""
LONGEST_IN_BYTES = 240
_SEPARATORS = frozenset('/\\:*?"<>|')
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)))
)
"""Names that Windows takes for devices, with whatever extension."""
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Categories of what nobody sees: a sign that turns the direction makes `gpj.exe` look like `exe.jpg`."""


def extension(name: str) -> str:
    """Give a name's extension in lower case, without its dot; empty where it has none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if stem and dot else ""


def wrong_with_name(name: str) -> str | None:
    """Say in one sentence what is wrong with a file's name, or None where nothing is."""
    if not name or name != name.strip() or name.endswith(".") or name.startswith("."):
        return "A name is not empty, and neither begins nor ends with a blank, nor begins or ends with a dot."
    if len(name) > LONGEST_NAME or len(name.encode("utf-8", "surrogatepass")) > LONGEST_IN_BYTES:
        return f"A name has at most {LONGEST_NAME} characters and {LONGEST_IN_BYTES} bytes in UTF-8."
    bad = next((sign for sign in name if sign in _SEPARATORS), None)
    if bad is not None:
        return f"A name is a plain file's, without folders: it cannot hold '{bad}'."
    unseen = next((sign for sign in name if unicodedata.category(sign) in _INVISIBLE), None)
    if unseen is not None:
        return f"A name cannot hold the invisible sign U+{ord(unseen):04X}."
    # Windows takes the small figures for figures: `COM¹` is its `COM1`.
    if unicodedata.normalize("NFKC", name.split(".", maxsplit=1)[0]).strip().lower() in _RESERVED:
        return f"'{name}' is a device on some systems."
    return None
