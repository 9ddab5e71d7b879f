"""Signals: what is matched and what is not guessed, which of them tell of one incident, and what is masked."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.personal import masked
from app.rules.signals import (
    WINDOW_DAYS,
    Because,
    Likeness,
    Match,
    MatchedBy,
    Report,
    Unmatched,
    group,
    likeness,
    match_contract,
    match_named,
)

COUNTERS = {"A-07": ("综合窗口",), "A-08": ("社保窗口",), "B-01": ("社保窗口",)}
EMPTY_SEAT = "上午到综合窗口办理业务，窗口无人值守，等了四十分钟"
EMPTY_SEAT_AGAIN = "周三上午去综合窗口办理业务，窗口无人值守，白等了四十分钟"
RUDE = "工作人员态度恶劣，把材料扔了出来，还说第二天再来"
FIRST_DAY = date(2023, 1, 9)


def report(day: int, ref: str, wording: str = "", source: str = "12345") -> Report:
    """Give a signal of the so-manyth day at ten o'clock."""
    on = FIRST_DAY + timedelta(days=day)
    return Report(on, datetime(on.year, on.month, on.day, 2, tzinfo=UTC), source, ref, wording)


# ---------------------------------------------------------------- matching


@pytest.mark.parametrize(
    ("stated", "match"),
    [
        ("A-07", Match("A-07", MatchedBy.CODE)),
        ("综合窗口", Match("A-07", MatchedBy.NAME)),
        ("Ａ－０７ ", Match("A-07", MatchedBy.CODE)),
        ("社保窗口", Match(why_not=Unmatched.AMBIGUOUS, candidates=("A-08", "B-01"))),
        ("综合", Match(why_not=Unmatched.UNKNOWN)),
        (None, Match(why_not=Unmatched.NOT_STATED)),
    ],
)
def test_a_code_or_a_name_matches_and_nothing_is_guessed(stated: str | None, match: Match) -> None:
    assert match_named(stated, COUNTERS) == match


def test_only_the_one_contract_in_service_is_matched() -> None:
    assert match_contract(["c1"]) == Match("c1", MatchedBy.ONLY_CONTRACT)
    assert match_contract(["c2", "c1"]) == Match(why_not=Unmatched.AMBIGUOUS, candidates=("c1", "c2"))
    assert match_contract([]) == Match(why_not=Unmatched.NONE_IN_SERVICE)


# ---------------------------------------------------------------- one incident


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (report(0, "1", EMPTY_SEAT), report(0, "2", RUDE), Likeness.SAME_DAY),
        (report(0, "1", EMPTY_SEAT), report(2, "2", EMPTY_SEAT_AGAIN), Likeness.SIMILAR_WORDING),
        (report(0, "1", EMPTY_SEAT), report(2, "2", RUDE), None),
        (report(0, "1", "态度差"), report(1, "2", "态度差"), None),
        (report(0, "1", EMPTY_SEAT), report(WINDOW_DAYS + 1, "2", EMPTY_SEAT), None),
        (report(0, "1"), report(1, "2"), None),
    ],
)
def test_the_same_day_or_similar_wording_within_the_window(one: Report, other: Report, found: Likeness | None) -> None:
    because = likeness(one, other)
    assert because == likeness(other, one)
    assert (because and because.likeness) == found


def test_the_reason_says_how_alike_they_are() -> None:
    assert likeness(report(0, "1", EMPTY_SEAT), report(1, "2", EMPTY_SEAT)) == Because(Likeness.SIMILAR_WORDING, 1, 100)


def test_a_counter_complained_of_every_day_is_no_endless_incident() -> None:
    """Each is compared with the first: the same words on ten days are three incidents, not one."""
    found = group(report(day, str(day), EMPTY_SEAT) for day in range(10))
    assert [1 + len(one.others) for one in found] == [4, 4, 2]


REPORTS = st.builds(
    report,
    st.integers(0, 9),
    st.text("0123456789", min_size=1, max_size=3),
    st.sampled_from(["", "态度差", EMPTY_SEAT, EMPTY_SEAT_AGAIN, RUDE]),
    st.sampled_from(["12345", "good_bad_review", "hall"]),
)


@given(st.lists(REPORTS, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(reports: list[Report], chance: Random) -> None:
    """The groups are those of the set; every signal stands in one of them, like its first and within the window."""
    shuffled = list(reports)
    chance.shuffle(shuffled)
    found = group(reports)
    assert group(shuffled) == found
    members = [one for each in found for one in (each.first, *(other for other, _ in each.others))]
    assert sorted(members) == sorted(set(reports))
    for each in found:
        for other, because in each.others:
            assert likeness(each.first, other) == because
            assert each.first < other
            assert because.days_apart <= WINDOW_DAYS


def test_one_after_the_other_they_come_to_the_same_groups() -> None:
    """Grouping the set so far with each new one, in any order, ends where the whole set does."""
    reports = [report(0, "1", EMPTY_SEAT), report(2, "2", EMPTY_SEAT_AGAIN), report(4, "3", EMPTY_SEAT), report(4, "4")]
    ends = {tuple(group(order)) for order in permutations(reports)}
    assert len(ends) == 1


# ---------------------------------------------------------------- personal data


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("请致电10000000000", "请致电***********"),
        ("电话 138-0013-8000。", "电话 *************。"),
        ("手机１３８００１３８０００", "手机***********"),
        ("固话（010）87654321", "固话*************"),
        ("固话0571-8765432", "固话************"),
        ("身份证11010119900307889X", "身份证******************"),
        ("电话一三八零零一三八零零零", "电话***********"),
        ("邮箱 wang.w@example.org", "邮箱 ******************"),
        ("我叫王小明，投诉窗口", "我叫***，投诉窗口"),
        ("投诉人：欧阳锋", "投诉人****"),
        ("姓名:张三 已等候", "姓名*** 已等候"),
        ("王女士称等了很久", "*女士称等了很久"),
        ("欧阳先生来电", "**先生来电"),
        ("投诉人:  李四", "投诉人*****"),
        ("邮箱a＠b.com，", "邮箱*******，"),
        ("请致电6234-5678。", "请致电*********。"),
        ("电话：６２３４－５６７８", "电话：*********"),
        ("2023-01-10 138 0013 8000", "2023-01-10 *************"),
        ("证号110101 1990-03-07 8890", "证号" + "*" * 22),
    ],
)
def test_numbers_and_labelled_names_are_masked(text: str, kept: str) -> None:
    assert masked(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "2023-01-10 14:30 在A-07窗口等了45分钟",
        "我叫号之后没有人应",
        "办件号 230110",
        "第12345号",
        EMPTY_SEAT,
        RUDE,
        "2023-01-11",
        "2022-12-30—2023-01-11",
        "2023/01/10 14:30-15:00，Ａ－０７/Ａ－０８",
        "收费3000-5000元，1,234.50 元",
        "2022-2023年度，工单号 6234-5678",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    "gap", ["\u3000", "–", "—", "  ", "/", "／", "\u00a0", "－", "−", " - "[:2], "..", "\u200b", "\u2009", "-"]
)
@pytest.mark.parametrize("digits", ["0123456789", "０１２３４５６７８９"])
def test_no_gap_and_no_width_hides_a_telephone_number(gap: str, digits: str) -> None:
    number = gap.join(("138", "0013", "8000")).translate({ord(str(figure)): sign for figure, sign in enumerate(digits)})
    assert masked(f"电话{number}，急") == f"电话{'*' * len(number)}，急"


TELLING = st.text("0123456789１８２０-—/. 　:：*@＠aｂ.王欧阳锋先生女士姓名投诉人我叫号元", max_size=60)


@given(st.text(max_size=200) | TELLING)
def test_masking_keeps_the_length_and_masks_once(text: str) -> None:
    once = masked(text)
    assert len(once) == len(text)
    assert masked(once) == once
    assert all(after in (before, "*") for before, after in zip(text, once, strict=True))
