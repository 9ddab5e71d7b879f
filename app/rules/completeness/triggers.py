"""What is asked about clauses with a consequence that a person decides about."""

from collections.abc import Iterator

from app.rules.clauses import DeductionTotal, DemeritPoints, Trigger, WarningLadder
from app.rules.completeness.asking import STATES, ask
from app.rules.completeness.measuring import of_multipliers
from app.rules.missing import Missing


def of_trigger(trigger: Trigger, pointer: str) -> Iterator[Missing]:
    """Ask what is open in what is counted, over what, and in what is reached."""
    match trigger:
        case WarningLadder():
            yield from _of_ladder(trigger, pointer)
        case DeductionTotal(reaches=None):
            yield ask(
                "reaches",
                f"{pointer}/reaches",
                "扣款合计恰好等于限额时，是否视为达到？是（at_least）/ 否（above）",
                "Has a sum that is exactly the limit reached it (at_least), or only one above it (above)?",
            )
        case DemeritPoints():
            yield from of_multipliers(trigger.points.multipliers, pointer)
            if trigger.window is None:
                yield ask(
                    "window",
                    f"{pointer}/window",
                    "累计扣分在多长期间内计算？连续若干个月，或日历年",
                    "Within what are demerit points summed: so many months, or a calendar year?",
                )
        case _:
            pass


def _of_ladder(ladder: WarningLadder, pointer: str) -> Iterator[Missing]:
    for name, (zh, en) in STATES.items():
        if ladder.within is None and getattr(ladder, name) is None:
            yield of_gap(name, pointer, zh, en)
    if ladder.steps[-1].fen and ladder.beyond is None:
        yield ask(
            "beyond",
            f"{pointer}/beyond",
            "不合格月份数超过最后一档后，每月如何扣款？按最后一档（last_step_again）/ 不再扣（nothing）",
            "What does a further failed month cost after the last step: the last_step_again, or nothing?",
        )


def of_gap(name: str, pointer: str, zh: str, en: str) -> Missing:
    """Ask what a month without a score does to months in a row."""
    return ask(
        name,
        f"{pointer}/{name}",
        f"连续多月不达标：中间有{zh}的月份时如何计算？跳过该月继续计（skip）/ 中断（break）",
        f"Months in a row below the mark: is a month that was {en} skipped, or does it break the row?",
    )
