"""Personal data in what citizens wrote: what looks like a number of theirs, or is labelled as a name, is masked."""

import re
import unicodedata

_DIGIT = r"[\d〇零一二三四五六七八九幺]"
_GAP = r"[ \-.]{1,2}"
_ANY_GAP = r"[ \-./]{1,2}"
_RUN = re.compile(rf"{_DIGIT}{{7,}}[xX]?")
"""Seven digits on end, in any script: a telephone, ID-card (身份证) or card number."""
_GROUPED = re.compile(rf"\+?\d(?:(?:{_GAP})?\d){{10,}}(?:{_GAP})?[xX]?")
"""Eleven digits or more in groups, as in `138 0013 8000`; a day with its hour, `2023-01-10 14`, has ten."""
_MOBILE = re.compile(rf"(?<!\d)1[3-9]\d(?:(?:{_ANY_GAP})?\d){{8}}(?!\d)")
_LANDLINE = re.compile(rf"[(]?0\d{{2,3}}[)]?(?:{_ANY_GAP})?\d{{3,4}}(?:{_ANY_GAP})?\d{{4}}")
_LOCAL = re.compile(
    r"(?<![0-9A-Za-z*./-])(?<!号)(?<!号[ :])(?!20\d\d)(?!\d{1,2}00-)[2-8]\d{2,3}-{1,2}\d{4}"
    r"(?![0-9A-Za-z*./-]| ?[元万件人次份年号米])"
)
"""A number without its area, `6234-5678`; years, amounts from and to, and what is called a number (号) are none."""
_DAY = re.compile(
    r"(?<!\d)(?<!\d{6}[ \-./])(?:19|20)\d\d([-./])(?:0?[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01]|[1-9])(?!\d)"
)
"""A day; what stands before and after it is no one number with it, save within that of an ID card."""
_MAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢"
    "蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟"
    "龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_DOUBLE = (
    "欧阳|司马|上官|诸葛|司徒|东方|独孤|南宫|夏侯|慕容|尉迟|长孙|皇甫|令狐|宇文|公孙|轩辕|端木|闻人|淳于|太史|申屠|呼延"
)
_SURNAME = rf"(?:{_DOUBLE}|[{_SURNAMES}])"
_LABELLED = re.compile(
    rf"(?<=我叫|名叫){_SURNAME}[\u4e00-\u9fff·]{{1,2}}"
    r"|(?<=姓名)(?: {0,2}: {0,2}| {1,2})[\u4e00-\u9fff·]{2,4}"
    r"|(?<=投诉人|来电人|联系人|诉求人|反映人) {0,2}: {0,2}[\u4e00-\u9fff·]{2,4}"
)
_ADDRESSED = re.compile(rf"{_SURNAME}[\u4e00-\u9fff]{{0,2}}?(?=先生|女士|小姐)")
_PATTERNS = (_GROUPED, _MOBILE, _LANDLINE, _LOCAL, _RUN, _LABELLED, _ADDRESSED)
_DAY_SIGN = "\x1f"
_DASHES = frozenset("\u2212\u30fc\u2500")
"""Signs that are typed as a dash without being one: minus, the Japanese long vowel, a line of a table."""
_SLASHES = frozenset("\u2044\u2215\uff0f")


def masked(text: str) -> str:
    """Give the text with a `*` in the place of each character of what looks like personal data.

    Masked are telephone, ID-card and card numbers, mail addresses, names behind a label (`姓名：`, `投诉人：`, `我叫`)
    and before 先生, 女士, 小姐. It does not matter how wide the signs are, nor which dash or blank parts a number.
    A name that nothing marks as one is not recognised: its sender leaves it out.
    """
    plain = "".join(map(_plain, text))
    while (further := _masked_once(plain)) != plain:
        plain = further
    return "".join("*" if hidden == "*" else sign for sign, hidden in zip(text, plain, strict=True))


def _plain(sign: str) -> str:
    """Give what a sign is taken for: its usual width, `-` for a dash, a blank for blanks and what nobody sees."""
    category = unicodedata.category(sign)
    if category == "Pd" or sign in _DASHES:
        return "-"
    if category in {"Zs", "Cf"} or sign == "\t":
        return " "
    if sign in _SLASHES:
        return "/"
    usual = unicodedata.normalize("NFKC", sign)
    return usual if len(usual) == 1 else sign


def _masked_once(plain: str) -> str:
    text = _MAIL.sub(_stars, plain)
    days = [found.span() for found in _DAY.finditer(text)]
    for start, end in days:
        text = text[:start] + _DAY_SIGN * (end - start) + text[end:]
    for pattern in _PATTERNS:
        text = pattern.sub(_stars, text)
    for start, end in days:
        text = text[:start] + plain[start:end] + text[end:]
    return text


def _stars(found: re.Match[str]) -> str:
    return "*" * len(found[0])
