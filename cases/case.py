"""A case (工单): its values, and what may be written into one."""

from dataclasses import dataclass

TYPES = ("咨询", "求助", "投诉", "举报", "建议", "表扬", "其他")
URGENCIES = ("一般", "急", "特急")
PENDING = "待受理"
"""The state in which every case begins."""

CONTENT_MAX = 5000
PLACE_MAX = 200
NAME_MAX = 50


@dataclass(frozen=True, slots=True)
class CaseInput:
    """What a person writes into a case. Lengths are counted in characters."""

    type: str
    content: str
    place: str = ""
    urgency: str = "一般"
    citizen_name: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `number` is YYYYMMDD-NNNN by the city's date. Times: seconds since 1970 UTC.

    `caller` is "" when withheld; `operator` the login of who opened it; `version` grows by one with every write.
    """

    number: str
    type: str
    content: str
    place: str
    urgency: str
    citizen_name: str
    caller: str
    call_id: str | None
    operator: str
    state: str
    version: int
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class Change:
    """One write of a case: who, when (seconds since 1970 UTC), what stood before (None at the first) and after."""

    number: str
    version: int
    at: float
    who: str
    before: Case | None
    after: Case


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list: all that are not None must hold. `since` <= created < `until`."""

    operator: str | None = None
    caller: str | None = None
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class FieldFault:
    """Why a field is refused, as a sentence for the person who filled it in."""

    field: str
    zh: str
    en: str


def check(given: CaseInput) -> list[FieldFault]:
    """All that is wrong with `given`; empty when it may be saved. At most one fault per field."""
    faults: list[FieldFault] = []
    if given.type not in TYPES:
        faults.append(
            FieldFault("type", f"请选择诉求类型：{'、'.join(TYPES)}。", f"Choose a type: {', '.join(TYPES)}.")
        )
    if given.urgency not in URGENCIES:
        faults.append(
            FieldFault(
                "urgency", f"请选择紧急程度：{'、'.join(URGENCIES)}。", f"Choose an urgency: {', '.join(URGENCIES)}."
            )
        )
    if not given.content.strip():
        faults.append(FieldFault("content", "请填写诉求内容。", "Write down what the citizen asks for."))
    for field, label, text, most in (
        ("content", "诉求内容", given.content, CONTENT_MAX),
        ("place", "地点", given.place, PLACE_MAX),
        ("citizen_name", "姓名", given.citizen_name, NAME_MAX),
    ):
        if len(text) > most:
            faults.append(
                FieldFault(
                    field,
                    f"{label}最多{most}个字，现在有{len(text)}个，请删减。",
                    f"At most {most} characters, there are {len(text)}: shorten it.",
                )
            )
        elif any(_unwritable(char) for char in text):
            faults.append(
                FieldFault(
                    field,
                    f"{label}含有无法保存的控制字符，请重新输入。",
                    "Contains control characters that cannot be saved: type it again.",
                )
            )
    return faults


def _unwritable(char: str) -> bool:
    """Control characters, and halves of characters that no file or database can hold. Line ends and tabs are fine."""
    return (char < " " and char not in "\n\r\t") or char == "\x7f" or "\ud800" <= char <= "\udfff"
