"""Which numbers a pattern allows."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.outside import Destination, PatternFault, country_code, dialable, pattern_fault
from routing.policy import Policy
from tests.policies import policy

HOME = st.text("0123456789", min_size=3, max_size=20)
NUMBERS = st.builds(str.__add__, st.sampled_from(("", "+")), HOME)
PATTERNS = st.builds("{}{}{}".format, st.sampled_from(("", "+")), st.text("0123456789X"), st.sampled_from(("", ".")))


def allows(pattern: str, number: str) -> bool:
    return Destination(pattern, "许可").allows(number)


@pytest.mark.parametrize(
    ("pattern", "number", "allowed"),
    [
        ("110", "110", True),
        ("110", "1100", False),
        ("110", "11", False),
        ("1XXXXXXXXXX", "13907330001", True),
        ("1XXXXXXXXXX", "139073300012", False),
        ("1XXXXXXXXXX", "23907330001", False),
        ("0731.", "07311", True),
        ("0731.", "073128681201", True),
        ("0731.", "0731", False),
        ("+44.", "+442079460018", True),
        ("+44.", "+33142685300", False),
        ("+44.", "442079460018", False),
        ("44.", "+442079460018", False),
        ("+852XXXXXXXX", "+85225000000", True),
        ("XXXXXXXXXXXX", "+44207946001", False),
        ("XXX", "１１０", False),
    ],
)
def test_a_pattern_allows_numbers_sign_by_sign(pattern: str, number: str, allowed: bool) -> None:
    assert allows(pattern, number) is allowed


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("", PatternFault.FORM),
        (".", PatternFault.FORM),
        ("11", PatternFault.FORM),
        ("0" * 21, PatternFault.FORM),
        ("0731-XXXXXXXX", PatternFault.FORM),
        ("1xxxxxxxxxx", PatternFault.FORM),
        ("07.31", PatternFault.FORM),
        ("[0-9]+", PatternFault.FORM),
        ("0044.", PatternFault.PREFIX),
        ("+X.", PatternFault.COUNTRY),
        ("+XX.", PatternFault.COUNTRY),
        ("+4X.", PatternFault.COUNTRY),
        ("+85XXXXXXXX", PatternFault.COUNTRY),
        ("+0XX", PatternFault.COUNTRY),
        ("XX.", PatternFault.OPEN),
        ("X731.", PatternFault.OPEN),
        ("110", None),
        ("XXXXXXXX", None),
        ("0X.", None),
        ("+1.", None),
        ("+1212XXXXXXX", None),
        ("+44.", None),
        ("+852.", None),
    ],
)
def test_a_pattern_that_lets_through_more_than_it_says_is_none(pattern: str, fault: PatternFault | None) -> None:
    assert pattern_fault(pattern) is fault


@given(PATTERNS, NUMBERS)
def test_what_is_allowed_is_of_the_form_that_the_pattern_shows(pattern: str, number: str) -> None:
    if not allows(pattern, number):
        return
    signs = pattern.removesuffix(".")
    assert pattern_fault(pattern) is None
    assert len(number) > len(signs) if pattern.endswith(".") else len(number) == len(signs)
    assert number.startswith("+") == pattern.startswith("+")
    assert country_code(number) == country_code(pattern)
    assert all(wanted in ("X", sign) for sign, wanted in zip(number, signs, strict=False))


@given(HOME, st.integers(0, 19), st.data())
def test_a_number_is_allowed_by_itself_with_any_digit_left_open_and_by_each_of_its_beginnings(
    number: str, place: int, data: st.DataObject
) -> None:
    open_at = data.draw(st.integers(0, len(number) - 1))
    if number.startswith("00"):
        assert not allows(number, number)
        return
    assert allows(number, number)
    pattern = f"{number[:open_at]}X{number[open_at + 1 :]}"
    assert allows(pattern, number)
    if 2 <= place < len(number):
        assert allows(f"{number[:place]}.", number)


@given(st.text(max_size=24))
def test_whatever_is_typed_as_a_pattern_is_read_and_lets_nothing_through_that_is_no_number(typed: str) -> None:
    assert not Destination(typed, "许可").allows("+")
    assert not Destination(typed, "许可").allows("")
    assert not Policy.of([Destination(typed, "许可")]).allows(typed + "#")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+12125550100", "+1"),
        ("+79161234567", "+7"),
        ("+442079460018", "+44"),
        ("+85225000000", "+852"),
        ("+8613907330001", "+86"),
        ("+44", "+44"),
        ("+85", ""),
        ("+0123", ""),
        ("+", ""),
        ("13907330001", ""),
    ],
)
def test_the_country_of_a_number_abroad_is_known_by_its_code(number: str, code: str) -> None:
    assert country_code(number) == code


def test_every_code_that_the_world_knows_is_known() -> None:
    codes = [f"+{code}" for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE]
    assert len(codes) > 200
    assert [code for code in codes if country_code(f"{code}5550100") != code] == []


@pytest.mark.parametrize(
    "number", ["", "11", "0044207946", "12*3", "+", "+0123456", "1" * 21, "１３９０７３３０００１", "110 "]
)
def test_what_is_no_number_in_our_form_is_not_dialled_whatever_is_allowed(number: str) -> None:
    assert not dialable(number)
    wide = [Destination(pattern, "许可") for pattern in ("0X.", "1X.", "XXXXXXXXXX", "+44.", "XXX")]
    assert not policy(more=wide).allows(number)


def test_one_destination_is_enough_and_without_any_nothing_is_allowed() -> None:
    assert not policy().allows("13907330001")
    some = policy(more=[Destination("110", "公安"), Destination("1XXXXXXXXXX", "手机")])
    assert [some.allows(number) for number in ("110", "13907330001", "12345")] == [True, True, False]
