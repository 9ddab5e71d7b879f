"""Which passwords the two profiles take."""

from datetime import UTC, datetime, timedelta

import pytest

from app.features.access.passwords import blocked, temporary
from app.rules.passwords import ASVS, DENGBAO, LONGEST, Policy, faults, is_blocked, is_too_old, kinds

SHORT, LONG, PLAIN, BLOCKED = "password-too-short", "password-too-long", "password-too-plain", "password-blocked"

CASES = [
    # What is taken by both.
    ("Zhe-2024-ge-chuangkou", set(), set()),
    ("四个字的一句话 has 4 parts", set(), set()),
    ("Aa1" + "xyzwv" * 25, set(), set()),
    # Length is counted in characters, not in bytes.
    ("Ab3-efghi", {SHORT}, {SHORT}),
    ("Ab3-efghik", set(), {SHORT}),
    ("窗口Ab3efg", {SHORT}, {SHORT}),
    ("Aa1" + "xyzwv" * 25 + "x", {LONG}, {LONG}),
    # Three of four kinds, or none asked for.
    ("four words in arow", {PLAIN}, set()),
    ("FOUR WORDS IN AROW", {PLAIN}, set()),
    ("fourwordsinarow", {PLAIN}, set()),
    ("四个字的一句话又四个字的一句话", {PLAIN}, set()),
    ("Four words in arow", set(), set()),
    # What people try first, with what they put around it.
    ("Password2024!", {BLOCKED}, {BLOCKED}),
    ("P@ssw0rd2024", {BLOCKED}, {BLOCKED}),
    ("1qaz2wsx3edc4RFV", {BLOCKED}, {BLOCKED}),
    # Walks over the keyboard: along a row, down a column, in zigzag, backwards, shifted, with a year or a word around.
    ("1qaz@WSX3edc", {BLOCKED}, {BLOCKED}),
    ("1qaz2wsx", {SHORT, PLAIN, BLOCKED}, {SHORT, BLOCKED}),
    ("Qwer1234!@#$", {BLOCKED}, {BLOCKED}),
    ("Asdf1234Zxcv", {BLOCKED}, {BLOCKED}),
    ("Zaq12wsxCde3", {BLOCKED}, {BLOCKED}),
    ("!Q@W#E$R5t6y", {BLOCKED}, {BLOCKED}),
    ("Asdf@2024Hjkl", {BLOCKED}, {BLOCKED}),
    ("Qwer-Zhe-24+7", set(), set()),
    # Words hold short ones.
    ("Were-Assessed-24", set(), set()),
    ("Zhengwu@20240101", {BLOCKED}, {BLOCKED}),
    ("!!Kaohe!!2024", {BLOCKED}, {BLOCKED}),
    ("KaoheKaohe1234", {BLOCKED}, {BLOCKED}),
    ("政务服务中心Abc", {SHORT}, {SHORT}),
    ("Abcd1234Abcd1234", {BLOCKED}, {BLOCKED}),
    ("为人民服务20240101", {PLAIN, BLOCKED}, {BLOCKED}),
    # Repetitions and the own name.
    ("Aa1-Aa1-Aa1-Aa1-", {BLOCKED}, {BLOCKED}),
    ("abcabcabcabc", {PLAIN, BLOCKED}, {BLOCKED}),
    ("My-Li.Zhuguan-77", {BLOCKED}, {BLOCKED}),
    ("", {SHORT, PLAIN, BLOCKED}, {SHORT, BLOCKED}),
]


@pytest.mark.parametrize(("password", "by_dengbao", "by_asvs"), CASES)
def test_each_profile_names_the_rules_that_a_password_breaks(
    password: str, by_dengbao: set[str], by_asvs: set[str]
) -> None:
    """Every rule that is broken is named, with what to do; a password that breaks none is taken."""
    for policy, expected in ((DENGBAO, by_dengbao), (ASVS, by_asvs)):
        found = faults(policy, password, "li.zhuguan", blocked(), "/new")
        assert {fault.code for fault in found} == expected, policy.name
        assert all(fault.pointer == "/new" and fault.detail and fault.remedy for fault in found)
        assert not any(password and password in fault.detail for fault in found)


def test_a_password_is_taken_as_it_was_typed() -> None:
    """Blanks at its ends count, and two ways to write one character are two passwords."""
    assert faults(DENGBAO, " Ab3-efgh ", "li", blocked()) == []
    assert kinds("Aé") == kinds("Ae\u0301") - 1 == 2


def test_short_names_are_no_part_of_a_password() -> None:
    """A name of two letters stands in too many words."""
    assert not is_blocked("Zhe-2024-ge-liangdian", "li", blocked())
    assert is_blocked("Zhe-2024-ge-liangdian", "liang", blocked())


@pytest.mark.parametrize(("policy", "days", "old"), [(DENGBAO, 89, False), (DENGBAO, 90, True), (ASVS, 9000, False)])
def test_a_password_grows_old(policy: Policy, days: int, *, old: bool) -> None:
    """等保 has it changed every quarter, ASVS never."""
    now = datetime(2024, 3, 4, tzinfo=UTC)
    assert is_too_old(policy, now - timedelta(days=days), now) is old


def test_the_block_list_can_block() -> None:
    """Every entry is in small letters, as passwords are compared with it; none is longer than a password."""
    assert all(entry == entry.casefold().strip() and len(entry) <= LONGEST for entry in blocked())
    assert len(blocked()) > 200


def test_a_temporary_password_satisfies_every_profile() -> None:
    """It is random, and nobody mistakes its characters when it is read out."""
    made = {temporary("li") for _ in range(50)}
    assert len(made) == 50
    assert not set("".join(made)) & set("0O1lI")
