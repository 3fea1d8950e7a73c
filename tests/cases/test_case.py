import pytest

from cases.case import CaseInput, check


def fields(given: CaseInput) -> list[str]:
    return [fault.field for fault in check(given)]


def test_a_case_with_type_and_content_may_be_saved() -> None:
    assert check(CaseInput("投诉", "小区夜间施工噪声")) == []


def test_markup_line_ends_and_rare_characters_are_text_like_any_other() -> None:
    assert check(CaseInput("其他", "<b>x</b>\n\t𠮷野家\r\n=cmd()", "<img src=x>", "特急", "<script>")) == []


def test_lengths_are_counted_in_characters_up_to_the_last_one_allowed() -> None:
    assert check(CaseInput("建议", "𠮷" * 5000, "路" * 200, "急", "名" * 50)) == []
    assert fields(CaseInput("建议", "𠮷" * 5001, "路" * 201, "急", "名" * 51)) == ["content", "place", "citizen_name"]


def test_every_fault_is_named_with_its_field_and_what_to_do() -> None:
    faults = check(CaseInput("抱怨", " \n ", urgency="马上"))
    assert [(fault.field, fault.zh) for fault in faults] == [
        ("type", "请选择诉求类型：咨询、求助、投诉、举报、建议、表扬、其他。"),
        ("urgency", "请选择紧急程度：一般、急、特急。"),
        ("content", "请填写诉求内容。"),
    ]
    assert all(fault.en.isascii() or "咨询" in fault.en or "一般" in fault.en for fault in faults)
    (long,) = check(CaseInput("投诉", "x", place="路" * 203))
    assert (long.zh, long.en) == (
        "地点最多200个字，现在有203个，请删减。",
        "At most 200 characters, there are 203: shorten it.",
    )


@pytest.mark.parametrize("code", [0x00, 0x08, 0x1B, 0x7F, 0xD800, 0xDFFF])
def test_what_cannot_be_stored_is_refused_in_every_text(code: int) -> None:
    char = chr(code)
    assert fields(CaseInput("投诉", f"a{char}")) == ["content"]
    assert fields(CaseInput("投诉", "a", place=char)) == ["place"]
    assert fields(CaseInput("投诉", "a", citizen_name=f"张{char}")) == ["citizen_name"]
