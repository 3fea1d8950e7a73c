"""Documents of the policy: who saves is told what is wrong, field by field, and what is saved is in force."""

from typing import Any

import pytest

from agent_console.findings import FORMS, NAMED, PATTERNS, RANGES
from routing import events as ev
from routing.outside import Contact, ContactKind, PatternFault
from routing.policy import Mark, MarkKind, Member
from routing.queues import Overflow, OverflowKind, Queue
from routing.records import StoreFault
from storage.documents import KINDS

from .house import House

GAS = {"title": "燃气", "ring_s": 25, "when_full": {"kind": "queue", "target": "main"}}
NOW = "2026-11-23T18:30:00.000+08:00"


async def test_what_is_saved_is_answered_whole_and_the_desk_goes_by_it_already(house: House) -> None:
    async with house.client("admin") as http:
        answer = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": None})
        assert answer.status_code == 200
        saved = answer.json()
        assert {name: saved[name] for name in ("key", "version", "changed_at", "changed_by")} == {
            "key": "gas",
            "version": 1,
            "changed_at": NOW,
            "changed_by": "admin",
        }
        assert saved["data"]["wrap_up_s"] == 60
        now = house.desk.snapshot().policy
        assert now.queues["gas"] == Queue("gas", "燃气", ring_s=25, when_full=Overflow(OverflowKind.QUEUE, "main"))
        assert (await http.get("/api/v1/policy/queues/gas")).json() == saved
        listed = (await http.get("/api/v1/policy/queues")).json()
        assert ([one["key"] for one in listed["items"]], listed["next"]) == (["main", "gas"], None)
        assert listed["items"][1] == saved
        assert (await http.delete("/api/v1/policy/queues/gas?version=1")).status_code == 204
        assert list(house.desk.snapshot().policy.queues) == ["main"]
    assert house.audit()[-2:] == [
        ("admin", "policy_changed", "queues/gas", "revision 1"),
        ("admin", "policy_changed", "queues/gas", "revision 2"),
    ]


async def test_changes_are_listed_newest_first_with_before_and_after(house: House) -> None:
    async with house.client("sup1") as http:
        care = {"kind": "special_care", "note": "独居"}
        await http.put("/api/v1/policy/marks/13907330001", json={"data": care, "version": None})
        await http.put("/api/v1/policy/marks/13907330001", json={"data": {**care, "note": "听力不好"}, "version": 1})
        await http.delete("/api/v1/policy/marks/13907330001")
        page = (await http.get("/api/v1/policy-changes", params={"kind": "marks", "limit": 2})).json()
        gone, changed = page["items"]
        (made,) = (await http.get("/api/v1/policy-changes", params={"cursor": page["next"]})).json()["items"]
    whole = {"number": "13907330001", **care, "until": None}
    assert made == {
        "revision": 1,
        "at": NOW,
        "who": "sup1",
        "origin": "127.0.0.1",
        "kind": "marks",
        "key": "13907330001",
        "before": None,
        "after": whole,
    }
    assert (changed["before"], changed["after"]) == (whole, {**whole, "note": "听力不好"})
    assert (gone["before"], gone["after"]) == (changed["after"], None)


async def test_who_has_seen_another_version_is_shown_the_present_one(house: House) -> None:
    async with house.client("admin") as http:
        saved = (await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": None})).json()
        again = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": None})
        assert (again.status_code, again.json()["current"]) == (409, saved)
        assert again.json()["detail"] == "没有保存：已经有同一代号的一项。请核对最新内容后再保存。"
        await http.put("/api/v1/policy/queues/gas", json={"data": {**GAS, "title": "新燃气"}, "version": 1})
        stale = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": 1})
        assert (stale.status_code, stale.json()["current"]["data"]["title"]) == (409, "新燃气")
        assert stale.json()["detail"] == "没有保存：打开之后已被 admin 修改。请核对最新内容后再保存。"
        await http.delete("/api/v1/policy/queues/gas")
        gone = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": 2})
        assert (gone.status_code, gone.json()["current"]) == (409, None)
        assert gone.json()["detail"] == "没有保存：打开之后已被别人删除。请核对最新内容后再保存。"


async def test_contacts_stand_on_what_is_allowed_and_that_is_not_taken_away_under_them(house: House) -> None:
    police = {"title": "公安", "number": "110", "kind": "police"}
    async with house.client("admin") as http:
        allowed = await http.put("/api/v1/policy/destinations/110", json={"data": {"title": "公安"}, "version": None})
        abroad = await http.put("/api/v1/policy/destinations/+44.", json={"data": {"title": "英国"}, "version": None})
        assert (allowed.status_code, abroad.status_code, abroad.json()["key"]) == (200, 200, "+44.")
        saved = await http.put("/api/v1/policy/contacts/police", json={"data": police, "version": None})
        assert saved.json()["data"] == {"name": "police", **police}
        held = await http.delete("/api/v1/policy/destinations/110?version=1")
        assert (held.status_code, held.json()["detail"]) == (
            409,
            "没有删除：通讯录 police 还在使用它，请先修改。",
        )
        assert (await http.delete("/api/v1/policy/destinations/+44.?version=1")).status_code == 204
        policy = house.desk.snapshot().policy
        assert (policy.allows("110"), policy.allows("+442079460018")) == (True, False)
        assert policy.contacts["police"] == Contact("police", "公安", "110", ContactKind.POLICE)
    async with house.client("op1001") as http:
        (read,) = (await http.get("/api/v1/policy/contacts")).json()["items"]
        assert read["data"]["number"] == "110"


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
                "pattern": "本国号码不带国家代码，这样写永远不会匹配。请写成 1XXXXXXXXXX、0731XXXXXXXX 这样。",
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
            ({"data": GAS, "version": "1"}, "version"),
        ):
            answer = await http.put("/api/v1/policy/queues/gas", json=body)
            assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
        half = await http.put(
            "/api/v1/policy/skills/law",
            content=b'{"data": {"title": "\\ud800"}}',
            headers={"Content-Type": "application/json"},
        )
        assert (half.status_code, half.json()["errors"][0]["field"]) == (422, "title")


async def test_what_others_name_is_not_removed_and_they_are_named(house: House) -> None:
    async with house.client("admin") as http:
        await http.put("/api/v1/policy/skills/law", json={"data": {"title": "法律"}, "version": None})
        member = {"queues": ["main"], "skills": {"law": 5}}
        assert (await http.put("/api/v1/policy/members/op1001", json={"data": member, "version": 1})).status_code == 200
        assert house.desk.snapshot().policy.members["op1001"] == Member("op1001", ("main",), {"law": 5})
        needed = await http.delete("/api/v1/policy/skills/law")
        assert (needed.status_code, needed.json()["detail"]) == (409, "没有删除：座席 op1001 还在使用它，请先修改。")
        default = await http.delete("/api/v1/policy/queues/main")
        assert "规则把它定为默认队列，请先在规则中更换。" in default.json()["detail"]
        assert "线路 12345 还在使用它，请先修改。" in default.json()["detail"]
        rules = await http.put("/api/v1/policy/rules/rules", json={"data": {"urgent_s": 60}, "version": None})
        assert (rules.status_code, house.desk.snapshot().policy.rules.urgent_s) == (200, 60)
        fixed = await http.delete("/api/v1/policy/rules/rules")
        assert (fixed.status_code, fixed.json()["detail"]) == (409, "没有删除：规则只能修改，不能删除。")


async def test_what_is_not_there_is_not_found(house: House) -> None:
    async with house.client("admin") as http:
        assert (await http.get("/api/v1/policy/queues/none")).status_code == 404
        assert (await http.delete("/api/v1/policy/queues/none")).status_code == 404
        unknown = await http.get("/api/v1/policy/planets")
        assert (unknown.status_code, unknown.json()["detail"][:11]) == (404, "没有 planets/")


async def test_a_desk_that_is_silent_is_told_and_the_document_is_saved(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.desk.ANSWER_S", 0.05)
    async with house.client("admin") as http:
        house.desk.answers = False
        answer = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": None})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:hotline:problem:saved-not-in-force")
    assert house.store.document("queues", "gas").version == 1


async def test_many_marks_are_listed_by_page_and_found_by_how_they_begin(house: House) -> None:
    for index in range(5):
        house.store.change_policy(Mark(f"1390733000{index}", MarkKind.NUISANCE), who="sup1", at=house.now[0])
    async with house.client("sup1") as http:
        first = (await http.get("/api/v1/policy/marks", params={"limit": 3})).json()
        rest = (await http.get("/api/v1/policy/marks", params={"limit": 3, "cursor": first["next"]})).json()
        found = (await http.get("/api/v1/policy/marks", params={"begins": "13907330003"})).json()
    assert [one["key"][-1] for one in first["items"] + rest["items"]] == ["0", "1", "2", "3", "4"]
    assert [one["key"] for one in found["items"]] == ["13907330003"]


async def test_a_change_beside_us_is_in_force_with_our_next_one(house: House) -> None:
    house.store.change_policy(Queue("gas", "燃气"), who="uid 0", origin="command line", at=house.now[0])
    async with house.client("sup1") as http:
        await http.put("/api/v1/policy/marks/1390733", json={"data": {"kind": "nuisance"}, "version": None})
    last = house.desk.events[-1]
    assert isinstance(last, ev.PolicyChanged)
    assert (list(last.policy.queues), list(last.policy.marks), last.policy.revision) == (
        ["main", "gas"],
        ["1390733"],
        2,
    )


async def test_lines_tell_which_numbers_can_be_dialled(house: House) -> None:
    line = {"title": "110非警务分流", "tag": "110", "queue": "main", "diverted_from": "110"}
    async with house.client("admin") as http:
        await http.put("/api/v1/policy/lines/12345110", json={"data": line, "version": None})
        await http.put(
            "/api/v1/policy/lines/12369",
            json={"data": {"title": "环保", "tag": "环保", "queue": "main"}, "version": None},
        )
        assert (await http.get("/api/v1/city")).json()["numbers"] == ["12345", "12369"]


async def test_the_administrator_sees_who_may_be_a_member(house: House) -> None:
    async with house.client("sup1") as http:
        accounts = (await http.get("/api/v1/accounts")).json()["items"]
    assert accounts[0] == {"login": "admin", "name": "管理员", "role": "admin"}
    assert len(accounts) == 9


async def test_what_is_saved_is_in_force_though_it_cannot_be_read_any_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise StoreFault("database is locked")

    monkeypatch.setattr(house.store, "document", away)
    async with house.client("admin") as http:
        answer = await http.put("/api/v1/policy/queues/gas", json={"data": GAS, "version": None})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:hotline:problem:saved-not-shown")
    assert house.desk.snapshot().policy.queues["gas"].title == "燃气"


async def test_the_rules_stand_under_their_one_key_alone(house: House) -> None:
    async with house.client("admin") as http:
        answer = await http.put("/api/v1/policy/rules/other", json={"data": {"urgent_s": 1}, "version": None})
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:hotline:problem:no-such-document")
        assert (await http.get("/api/v1/policy-changes")).json()["items"] == []
