"""Who calls: one citizen, one number, whatever the network writes."""

import pytest

from agi.caller import Arrival, arrival, home_code, name, number, spellings


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("13907330001", "13907330001"),
        ("+8613907330001", "13907330001"),
        ("013907330001", "13907330001"),
        ("+86 139-0733-0001", "13907330001"),
        ("073128881234", "073128881234"),
        ("+8673128881234", "073128881234"),
        ("+442071838750", "+442071838750"),
        ("12345", "12345"),
        ("110", "110"),
        ("", ""),
        ("anonymous", ""),
        ("unknown", ""),
        ("'; DROP TABLE calls; --", ""),
        ("1390733\r\n0001", "13907330001"),
        ("8" * 100, "8" * 32),
    ],
)
def test_a_number_is_kept_in_one_form(raw: str, kept: str) -> None:
    assert number(raw, "CN") == kept


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("罗小光", "罗小光"),
        ('张三 \\"老三\\"', '张三 "老三"'),
        ("<b>x</b>", "<b>x</b>"),
        ("a\r\nb\x1b[31m", "ab[31m"),
        ("unknown", ""),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_name_is_one_printable_line(raw: str, kept: str) -> None:
    assert name(raw) == kept


def test_an_arrival_is_read_from_the_agi_variables() -> None:
    env = {
        "agi_accountcode": "c1",
        "agi_callerid": "+8613907330001",
        "agi_calleridname": "罗小光",
        "agi_dnid": "12345",
        "agi_channel": "PJSIP/trunk-00000001",
    }
    assert arrival(env, "CN") == Arrival("c1", "13907330001", "罗小光", "12345", "PJSIP/trunk-00000001")


def test_a_call_without_an_id_is_refused() -> None:
    with pytest.raises(ValueError, match="without an id"):
        arrival({"agi_accountcode": ""}, "CN")


@pytest.mark.parametrize(("country", "code"), [("CN", "+86"), ("GB", "+44"), ("HK", "+852")])
def test_the_code_of_a_country_is_the_one_that_its_own_numbers_are_kept_without(country: str, code: str) -> None:
    assert home_code(country) == code


@pytest.mark.parametrize(
    ("kept", "sent"),
    [
        ("12345", {"12345"}),
        ("073128881234", {"073128881234", "73128881234", "8673128881234", "+8673128881234"}),
        ("13907330001", {"13907330001", "8613907330001", "+8613907330001"}),
        ("+442071838750", {"+442071838750"}),  # 44… without its + would be no number that a line is known by
    ],
)
def test_a_number_of_ours_is_dialled_however_a_trunk_sends_it(kept: str, sent: set[str]) -> None:
    assert spellings(kept, "CN") == sent
    assert {number(one, "CN") for one in sent} == {kept}
