"""What is wrong with a document is told at its field, in words that say what to do."""

from typing import Any

import pytest

from agent_console.findings import FORMS, NAMED, PATTERNS, RANGES
from routing.outside import PatternFault
from storage.documents import KINDS

from .house import House


@pytest.mark.parametrize(
    ("path", "data", "errors"),
    [
        ("queues/gas", {}, {"title": "缺少这一项，请补上。"}),
        ("queues/Gas 1", {"title": "x"}, {"name": "代号只能用小写字母、数字、- 和 _，1 到 32 个。"}),
        ("queues/gas", {"title": "x", "ring_s": 4}, {"ring_s": "振铃时间应在 5 到 120 秒之间。"}),
        ("queues/gas", {"title": "x", "ring_s": "20"}, {"ring_s": "应当是整数，请改为不带小数的数字。"}),
        ("queues/gas", {"title": "x", "max_wait_s": -1}, {"max_wait_s": "-1 超出范围：不能小于 0，也不能过大。"}),
        (
            "queues/gas",
            {"title": "x", "hours": ["mon-fri 8:30-18:00"]},
            {
                "hours": "看不懂“mon-fri 8:30-18:00”。"
                "请写成 workdays 08:30-18:00、mon-fri 08:30-18:00、restdays,holidays 09:00-17:00 或 daily 00:00-24:00。"
            },
        ),
        (
            "queues/gas",
            {"title": "x", "strategy": "best"},
            {"strategy": "只能是：longest_idle, fewest_calls, round_robin, ring_all。"},
        ),
        (
            "queues/gas",
            {"title": "x", "when_full": {"kind": "queue", "target": "gas"}},
            {"when_full": "转到“gas”会绕一圈又回到原来的队列，来电者永远无人接听。请改为留言或其他队列。"},
        ),
        (
            "queues/gas",
            {"title": "x", "when_closed": {"kind": "number", "target": "0731123456"}},
            {
                "when_closed": "尚未设置外呼中继，不能转到其他号码。请改为留言、回电或其他队列；"
                "需要转接时，请先设置外呼中继 HOTLINE_TRUNK_OUT。"
            },
        ),
        (
            "queues/gas",
            {"title": "x", "needs": [{"skill": "law", "steps": [{"after_s": 0, "level": 11}]}]},
            {
                "needs": "没有技能“law”，请选择已有的，或先建立它。|"
                "等级应在 0 到 10 之间，各步的等待时间应从小到大、互不相同。"
            },
        ),
        (
            "lines/12369",
            {"title": "x", "tag": "x", "queue": "env"},
            {"queue": "没有队列“env”，请选择已有的，或先建立它。"},
        ),
        (
            "lines/abc",
            {"title": "x", "tag": "", "queue": "main"},
            {"number": "号码应为 3 到 20 位数字，国外号码以 + 开头。"},
        ),
        (
            "lines/12369",
            {"title": "x", "tag": "x", "queue": "main", "menu": "gone"},
            {"menu": "没有名为 gone 的语音菜单，请填现有菜单的名称，不填则问候后直接转人工。"},
        ),
        ("marks/+8613907339001", {"kind": "special_care"}, {"number": "来电以 13907339001 显示，请写成 13907339001。"}),
        (
            "lines/12369",
            {"title": "x", "tag": "x", "queue": "main", "diverted_from": "73128881234"},
            {"diverted_from": "来电以 073128881234 显示，请写成 073128881234。"},
        ),
        ("members/op9", {"queues": ["main"]}, {"login": "没有登录名为 op9 的账号，请先建立账号。"}),
        ("members/op1001", {"skills": {"law": "5"}}, {"skills.law": "应当是整数，请改为不带小数的数字。"}),
        ("marks/1390", {"kind": "friend"}, {"kind": "只能是：special_care, nuisance。"}),
        ("rules/rules", {"default_queue": "gone"}, {"default_queue": "没有队列“gone”，请选择已有的，或先建立它。"}),
        (
            "notices/n1",
            {"text": "停水", "prompts": [], "case": "", "since": 5.0, "until": 4.0},
            {"until": "结束时间应晚于开始时间。"},
        ),
        (
            "notices/n1",
            {"text": "停水", "prompts": ["area-city"], "case": "20261123-0001", "since": 5.0, "until": 9.0},
            {"case": "没有编号为 20261123-0001 的工单，请核对编号。"},
        ),
        (
            "lines/12369",
            {"title": "环保", "tag": "环保", "queue": "main", "greeting": "hello"},
            {"greeting": "没有名为 hello 的提示音，请从现有提示音中选择。"},
        ),
        (
            "contacts/Police",
            {"title": "x", "number": "110"},
            {
                "name": "代号只能用小写字母、数字、- 和 _，1 到 32 个。",
                "number": "外呼许可中没有一项允许 110。请先在“系统管理 · 外呼许可”中添加，再保存联系人。",
            },
        ),
        (
            "contacts/p",
            {"title": "", "number": "110", "kind": "army"},
            {
                "kind": "只能是：police, department, interpreter, platform, other。",
            },
        ),
        (
            "contacts/p",
            {"title": "x", "number": "0731-28681201"},
            {"number": "来电以 073128681201 显示，请写成 073128681201。"},
        ),
        (
            "destinations/0731-X",
            {"title": "x"},
            {
                "pattern": "请写 3 到 20 位：数字、X（任意一位），末尾的 . 表示还有一位或多位；国外以 + 开头。如 +44.",
            },
        ),
        (
            "destinations/0044.",
            {"title": "x"},
            {
                "pattern": "国外号码请以 + 和国家代码开头，如 +44.，不要写 00。",
            },
        ),
        (
            "destinations/+8X.",
            {"title": "x"},
            {
                "pattern": "+ 后面请写出完整的国家代码，如 +44 或 +852，不能用 X 代替。每个国家要单独许可。",
            },
        ),
        (
            "destinations/+861XXXXXXXXXX",
            {"title": "x"},
            {
                "pattern": "本国号码不带国家代码，这样写永远不会匹配。请写成 13XXXXXXXXX、0731XXXXXXXX 这样。",
            },
        ),
        (
            "destinations/XX.",
            {"title": "x"},
            {
                "pattern": "以 . 结尾的许可请至少写出开头一位数字，如 0731.，否则任何号码都能拨。",
            },
        ),
        (
            "rules/rules",
            {"outbound_per_operator": 10001},
            {
                "outbound_per_operator": "每小时的外呼次数应在 0 到 10000 之间；0 表示一次也不能外呼。",
            },
        ),
        (
            "queues/q",
            {"title": "q", "comfort": ["waiting", "music"]},
            {"comfort": "没有名为 music 的提示音，请从现有提示音中选择。"},
        ),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_and_nothing_is_saved(
    house: House, path: str, data: dict[str, Any], errors: dict[str, str]
) -> None:
    async with house.client("admin") as http:
        before = (await http.get("/api/v1/policy-changes")).json()
        answer = await http.put(f"/api/v1/policy/{path}", json={"data": data, "version": None})
        assert answer.status_code == 422, answer.text
        told: dict[str, str] = {}
        for error in answer.json()["errors"]:
            told[error["field"]] = "|".join([*filter(None, [told.get(error["field"])]), error["message"]])
        assert told == errors
        english = await http.put(
            f"/api/v1/policy/{path}", json={"data": data, "version": None}, headers={"Accept-Language": "en"}
        )
        assert [error["field"] for error in english.json()["errors"]] == [
            error["field"] for error in answer.json()["errors"]
        ]
        assert (await http.get("/api/v1/policy-changes")).json() == before


class TestWithATrunk:
    @pytest.fixture
    def trunk(self) -> bool:
        return True

    @pytest.mark.parametrize(
        ("number", "told"),
        [
            ("12345", "12345 是本热线自己的号码，转过去又会打回来。请改为留言、回电或其他队列。"),
            ("+442079460018", "外呼许可中没有一项允许 +442079460018。请先在“系统管理 · 外呼许可”中添加。"),
        ],
    )
    async def test_a_queue_sends_nobody_to_a_number_of_ours_or_to_one_that_is_not_allowed(
        self, house: House, number: str, told: str
    ) -> None:
        data = {"title": "燃气", "when_closed": {"kind": "number", "target": number}}
        async with house.client("admin") as http:
            answer = await http.put("/api/v1/policy/queues/gas", json={"data": data, "version": None})
            assert [(one["field"], one["message"]) for one in answer.json()["errors"]] == [("when_closed", told)]
            short = {"data": {"title": "短号"}, "version": None}
            allowed = {**data, "when_closed": {"kind": "number", "target": "12319"}}
            assert (await http.put("/api/v1/policy/destinations/123XX", json=short)).is_success
            answer = await http.put("/api/v1/policy/queues/gas", json={"data": allowed, "version": None})
            assert answer.is_success, answer.text
            line = {"title": "城管", "tag": "城管", "queue": "main"}
            answer = await http.put("/api/v1/policy/lines/12319", json={"data": line, "version": None})
            (error,) = answer.json()["errors"]
            assert error["field"] == "queues/gas.when_closed"
            assert error["message"].startswith("队列 gas：12319 是本热线自己的号码")


def test_every_form_and_every_name_of_a_document_has_words_of_its_own() -> None:
    for name, kind in KINDS.items():
        assert not kind.key or (name, kind.key) in FORMS or ("", kind.key) in FORMS
    assert set(NAMED.values()) <= set(KINDS)
    caps = {"outbound_per_hour", "outbound_per_operator", "outbound_per_number"}
    assert set(RANGES) == {"ring_s", "answer_share", "needs", "skills", "needed", *caps}
    assert set(PATTERNS) == {*PatternFault, "home"} - {PatternFault.FORM}


async def test_a_body_that_is_no_document_is_refused_by_field(house: House) -> None:
    async with house.client("admin") as http:
        for body, field in (
            ({}, "data"),
            ({"data": [], "version": 1}, "data"),
            ({"data": {"title": "燃气"}, "version": "1"}, "version"),
        ):
            answer = await http.put("/api/v1/policy/queues/gas", json=body)
            assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
        half = await http.put(
            "/api/v1/policy/skills/law",
            content=b'{"data": {"title": "\\ud800"}}',
            headers={"Content-Type": "application/json"},
        )
        assert (half.status_code, half.json()["errors"][0]["field"]) == (422, "title")
