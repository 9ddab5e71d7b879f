"""Checks of figures and of what is said to follow from them: units, contradictions, lost digits, goals, typing."""

from collections.abc import Iterator, Mapping, Sequence

from app.rules.evaluations.check_codes import CheckCode, behind, found
from app.rules.evaluations.operands import Operand
from app.rules.evaluations.printed import PERCENT_WITH_CURRENCY
from app.rules.evaluations.reading_words import told as told_warning
from app.rules.evaluations.telling import Said
from app.rules.evaluations.values import Check, Comparison, Evaluation, Figure, Relation, RelationKind, Verdict

_THOUSAND = 1000


def figure_checks(
    evaluation: Evaluation, cells: Mapping[str, Operand], told: Mapping[str, Comparison]
) -> Iterator[Check]:
    """Check the figures and relations; `cells` are the figures and cells by key, `told` the comparisons by theirs."""
    for operand in cells.values():
        yield from _typing(operand)
    yield from _separators(evaluation.figures)
    relations = {relation.key: relation for relation in evaluation.relations}
    for key, comparison in told.items():
        kind, _, own = key.partition(":")
        if key in relations:
            yield from _relation(relations[key], comparison, cells)
        elif comparison.verdict is Verdict.BASE and kind == "base":
            said = Said("比率名称与分母不符", "the rate is named for another base than it divides by")
            yield behind(CheckCode.RATE_OF_ANOTHER_BASE, comparison, said)
        elif kind == "unit" and own in cells:
            said = Said("单位疑有误", "the unit is doubtful")
            place = _reading(cells[own])
            yield behind(CheckCode.UNIT_OFF_BY_TEN_THOUSAND, comparison, said, place=place)
        elif kind == "same" and comparison.verdict is Verdict.CONTRADICTS and own in cells:
            yield _contradiction(cells[own], comparison, cells)


def _reading(operand: Operand) -> str:
    """Give the place of what was printed: a cell's own, or a figure's text."""
    return operand.place if operand.in_table else f"{operand.place}/text"


def _typing(operand: Operand) -> Iterator[Check]:
    if not operand.warnings or operand.place.endswith("/measure/target"):
        return
    place, text = _reading(operand), operand.text or ""
    words = [told_warning(warning) for warning in operand.warnings]
    zh, en = "、".join(word.zh for word in words), ", ".join(word.en for word in words)
    if operand.size is None:
        said = Said(f"“{text}”不能读作一个数字：{zh}。", f"{text!r} is not one figure: {en}.")
        yield found(CheckCode.UNREADABLE, place, said, published=text, verdict=Verdict.NOT_DERIVABLE)
        return
    shown = operand.write(operand.size)
    if PERCENT_WITH_CURRENCY in operand.warnings:
        said = Said(f"百分数后带货币单位：“{text}”。", f"A percentage with a currency unit: {text!r}.")
        yield found(
            CheckCode.PERCENT_WITH_CURRENCY, place, said, published=text, recomputed=shown, verdict=Verdict.UNIT
        )
        return
    said = Said(f"“{text}”读作{shown}：{zh}。", f"{text!r} is read as {shown}: {en}.")
    yield found(CheckCode.READ_WITH_WARNING, place, said, published=text, recomputed=shown, verdict=Verdict.TYPO)


def _separators(figures: Sequence[Figure]) -> Iterator[Check]:
    """Find figures of one paragraph of which some set thousands apart and some do not."""
    paragraphs: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.where is not None and figure.text is not None:
            paragraphs.setdefault(figure.where, []).append(figure)
    for where, members in paragraphs.items():
        apart = [figure for figure in members if "," in (figure.text or "") or "，" in (figure.text or "")]
        plain = [figure for figure in members if figure not in apart and _has_thousands(figure.text or "")]
        if apart and plain:
            said = Said(
                f"{where}中{apart[0].text}有千分位，{plain[0].text}没有。",
                f"In {where}, {apart[0].text} sets thousands apart, and {plain[0].text} does not.",
            )
            also = [f"{figure.place}/text" for figure in (*plain[1:], *apart)]
            yield found(
                CheckCode.MIXED_THOUSANDS_SEPARATORS, f"{plain[0].place}/text", said,
                published=plain[0].text, verdict=Verdict.TYPO, also=also,
            )  # fmt: skip


def _has_thousands(text: str) -> bool:
    whole = text.partition(".")[0]
    digits = "".join(character for character in whole if character.isascii() and character.isdigit())
    return bool(digits) and int(digits) >= _THOUSAND


def _relation(relation: Relation, comparison: Comparison, cells: Mapping[str, Operand]) -> Iterator[Check]:
    match comparison.verdict:
        case Verdict.MISMATCH:
            code, said = _mismatch(relation, comparison)
            yield behind(code, comparison, said)
        case Verdict.CONTRADICTS:
            code, said = _contradicted(relation, cells)
            yield behind(code, comparison, said)
        case Verdict.UNIT if comparison.recomputed is None:
            said = Said("单位不能相较", "the units cannot be held together")
            yield behind(CheckCode.UNITS_DIFFER, comparison, said)
        case Verdict.UNIT:
            said = Said("单位疑有误", "a unit is doubtful")
            yield behind(CheckCode.UNIT_OFF_BY_TEN_THOUSAND, comparison, said)


def _mismatch(relation: Relation, comparison: Comparison) -> tuple[CheckCode, Said]:
    if any("lost digit" in remark for remark in comparison.remarks):
        return CheckCode.DIGIT_LOST, Said("结果疑漏一位数字", "the figure seems to have lost a digit")
    if relation.wording is not None:
        return CheckCode.FIGURE_DOES_NOT_FOLLOW, Said(
            f"“{relation.label}”不成立；但原文写“{relation.wording}”，并未说正好相等，未必有误，差额报告未作说明",
            f"{relation.key} does not hold; but the paper says {relation.wording!r}, which does not claim it: "
            "it is not strictly wrong, and the rest is not explained",
        )
    return CheckCode.FIGURE_DOES_NOT_FOLLOW, Said(
        "结果不能由所列数字得出", "it does not follow from the figures printed"
    )


def _contradicted(relation: Relation, cells: Mapping[str, Operand]) -> tuple[CheckCode, Said]:
    if relation.kind in {RelationKind.AT_LEAST, RelationKind.AT_MOST}:
        return CheckCode.GOAL_NOT_REACHED, Said("所列数字未达到目标", "the figures printed do not reach the goal")
    if relation.kind is RelationKind.SAME:
        terms = [cells[term] for term in relation.terms if isinstance(term, str) and term in cells]
        if len({term.in_table for term in terms}) > 1:
            return CheckCode.TEXT_AND_TABLE_DIFFER, Said("正文与表格不一致", "the text and the table differ")
        return CheckCode.FIGURES_CONTRADICT, Said("数字互相矛盾", "the figures contradict each other")
    return CheckCode.TWO_READINGS_HOLD, Said("两组数字各自成立", "two pairs of figures give the same")


def _contradiction(operand: Operand, comparison: Comparison, cells: Mapping[str, Operand]) -> Check:
    """Say that a figure differs from the others of its quantity; from a table alone, that the text does."""
    others = [one for one in cells.values() if one.quantity == operand.quantity and one.key != operand.key]
    differ = [one for one in others if one.size is not None and one.size != operand.size]
    place = operand.place if operand.in_table else f"{operand.place}/quantity"
    if not operand.in_table and all(one.in_table for one in differ):
        said = Said("正文与表格不一致", "the text and the table differ")
        return behind(CheckCode.TEXT_AND_TABLE_DIFFER, comparison, said, place=place)
    said = Said("同一数字前后矛盾", "two figures of one thing contradict each other")
    return behind(CheckCode.FIGURES_CONTRADICT, comparison, said, place=place)
