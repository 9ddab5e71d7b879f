r"""Names of principals: what people and systems may be called, so that nobody reads one for another.

Only plain letters and figures, Chinese characters and `.`, `_`, `-`: no blank, no sign that nobody sees, no letter of
another script that looks like these. Whatever is so written is in Unicode's form NFC.
"""

import re
from collections.abc import Collection

SIGN_IN_NAME = r"^[a-z0-9][a-z0-9._-]{0,63}$"
"""With which a person signs in: what every keyboard has, in small letters."""

_CHINESE = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ee5d\U00030000-\U000323af"
"""CJK Unified Ideographs with extensions A to I; compatibility ones, which NFC replaces, are left out."""
_NAME = re.compile(rf"[A-Za-z0-9{_CHINESE}][A-Za-z0-9{_CHINESE}._-]{{0,63}}")


def is_name(name: str) -> bool:
    """Tell whether a principal may have this name: 1 to 64 characters, the first a letter or a figure."""
    return _NAME.fullmatch(name) is not None


def is_sign_in_name(name: str) -> bool:
    """Tell whether a person could sign in with this name."""
    return "\n" not in name and re.match(SIGN_IN_NAME, name) is not None


def is_one_of(name: str, reserved: Collection[str]) -> bool:
    """Tell whether a name is one of these, in small or capital letters."""
    return name.casefold() in {other.casefold() for other in reserved}
