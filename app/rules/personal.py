"""Personal data in what citizens wrote: what looks like a number of theirs, or is labelled as a name, is masked."""

import re

_DIGIT = r"[\d〇零一二三四五六七八九幺]"
_RUN = re.compile(rf"{_DIGIT}{{7,}}[xX\uff38\uff58]?")
"""Seven digits on end, in any script: a telephone, ID-card (身份证) or card number."""
_GROUPED = re.compile(r"\+?\d(?:[ \-.\u00a0]?\d){10,}[ \-.]?[xX]?")
"""Eleven digits or more in groups, as in `138 0013 8000`; a day with its hour, `2023-01-10 14`, has ten."""
_LANDLINE = re.compile(r"[(（]?0\d{2,3}[)）]?[ \-]?\d{3,4}[ \-]?\d{4}")
_MAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢"
    "蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟"
    "龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_LABELLED = re.compile(
    rf"(?<=我叫|名叫)[{_SURNAMES}][\u4e00-\u9fff·]{{1,2}}"
    r"|(?<=姓名)[:： ] ?[\u4e00-\u9fff·]{2,4}"
    r"|(?<=投诉人|来电人|联系人|诉求人|反映人)[:：] ?[\u4e00-\u9fff·]{2,4}"
)
_ADDRESSED = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?=先生|女士|小姐)")
_PATTERNS = (_MAIL, _GROUPED, _LANDLINE, _RUN, _LABELLED, _ADDRESSED)


def masked(text: str) -> str:
    """Give the text with a `*` in the place of each character of what looks like personal data.

    Masked are telephone, ID-card and card numbers, mail addresses, names behind a label (`姓名：`, `投诉人：`, `我叫`)
    and before 先生, 女士, 小姐. A name that nothing marks as one is not recognised: its sender leaves it out.
    """
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: "*" * len(found[0]), text)
    return text
