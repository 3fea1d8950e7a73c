"""Texts as supervisors and administrators see them: the list, the words, sending again, opt-outs."""

from cases.texts import Answer, Decision, HandOver, Move, Text
from cases.wording import Template
from routing.effects import OpenWork
from tests.storage.samples import ended

from .house import START, House

TEXTS = "/api/v1/texts"


def hand(text: Text, template: Template, opted_out: bool) -> Decision:
    return HandOver("+8613907330001", template.words)


def unknown(house: House, call: str = "c1") -> None:
    """A text that was handed over, and nobody knows what became of it."""
    house.store.save_call(ended(call, START))
    house.store.open_work(OpenWork(call, "13907330001", START))
    text = house.store.take_text(START, 60.0, hand)
    assert text is not None
    house.store.text_answered(text, Answer(Move.NO_ANSWER, "no_answer", "ReadTimeout"), START + 10)


async def test_an_unknown_one_is_shown_and_sent_again_by_a_persons_word_alone(house: House) -> None:
    unknown(house)
    async with house.client("sup1") as http:
        shown = (await http.get(TEXTS, params={"state": "unknown"})).json()
        assert (shown["sends"], shown["next"], shown["counts"]["unknown"]) == (False, None, 1)
        (one,) = shown["items"]
        assert one == {
            "id": "message.c1",
            "kind": "message",
            "subject": "c1",
            "caller": "13907330001",
            "at": "2026-11-23T18:30:00.000+08:00",
            "state": "unknown",
            "reason": "no_answer",
            "detail": "ReadTimeout",
            "attempts": 1,
            "words": "【12345】您{time}的留言已收到，我们会尽快给您回电。",
            "due_at": "2026-11-23T18:30:00.000+08:00",
            "handed_at": "2026-11-23T18:30:00.000+08:00",
            "settled_at": "2026-11-23T18:30:10.000+08:00",
        }
        again = await http.post(f"{TEXTS}/message.c1/resend", json={})
        assert (again.status_code, again.json()["state"], again.json()["reason"]) == (200, "waiting", "resent")
        twice = await http.post(f"{TEXTS}/message.c1/resend", json={})
        assert (twice.status_code, twice.json()["current"]["state"]) == (409, "waiting")
        assert "只有结果不明或发送失败的短信可以重发" in twice.json()["detail"]
        assert (await http.post(f"{TEXTS}/message.c9/resend", json={})).status_code == 404
    assert house.audit()[-1] == ("sup1", "text_resent", "message.c1", "")


async def test_the_list_goes_on_and_wants_a_state_that_there_is(house: House) -> None:
    for number in range(3):
        unknown(house, f"c{number}")
    async with house.client("admin") as http:
        first = (await http.get(TEXTS, params={"limit": 2})).json()
        second = (await http.get(TEXTS, params={"limit": 2, "cursor": first["next"]})).json()
        assert [one["subject"] for one in (*first["items"], *second["items"])] == ["c2", "c1", "c0"]
        assert (await http.get(TEXTS, params={"state": "lost"})).status_code == 422
        assert (await http.get(TEXTS, params={"cursor": "x"})).status_code == 422


async def test_a_template_is_previewed_and_refused_where_it_cannot_be_sent(house: House) -> None:
    async with house.client("admin") as http:
        draft = {"name": "case", "words": "您的工单{case}已受理{x}"}
        seen = (await http.post(f"{TEXTS}/preview", json=draft)).json()
        assert seen == {
            "words": "您的工单20261123-0001已受理{x}",
            "characters": 23,
            "alphabet": "UCS-2",
            "segments": 1,
            "segments_max": 6,
            "errors": ["没有占位符 {x}，请从页面列出的占位符中选择。"],
        }
        refused = await http.put("/api/v1/policy/texts/case", json={"data": {"words": draft["words"], "on": True}})
        assert refused.status_code == 422
        assert refused.json()["errors"] == [{"field": "words", "message": seen["errors"][0]}]
        before = (await http.get(f"{TEXTS}/templates")).json()
        assert [(one["key"], one["version"]) for one in before["items"]] == [
            ("message", 0),
            ("call_back", 0),
            ("case", 0),
        ]
        assert before["placeholders"]["case"] == {"time": "11月23日18:30", "case": "20261123-0001"}
        saved = await http.put(
            "/api/v1/policy/texts/case", json={"data": {"words": "工单{case}", "on": False}, "version": 0}
        )
        assert saved.status_code == 200, saved.text
        now = (await http.get(f"{TEXTS}/templates")).json()["items"][2]
        assert (now["version"], now["changed_by"], now["data"]) == (
            1,
            "admin",
            {"name": "case", "words": "工单{case}", "on": False},
        )
    async with house.client("admin", **{"Accept-Language": "en"}) as http:
        said = (await http.post(f"{TEXTS}/preview", json={"name": "message", "words": " "})).json()["errors"]
        assert said == ["Write down what the text says."]


async def test_an_opt_out_keeps_who_wrote_it_when_and_is_spelt_as_calls_are(house: House) -> None:
    async with house.client("sup1") as http:
        put = await http.put("/api/v1/policy/optouts/13907330001", json={"data": {"note": "来电要求"}})
        assert put.status_code == 200, put.text
        (one,) = (await http.get("/api/v1/policy/optouts")).json()["items"]
        assert (one["key"], one["changed_by"], one["changed_at"]) == (
            "13907330001",
            "sup1",
            "2026-11-23T18:30:00.000+08:00",
        )
        wrong = await http.put("/api/v1/policy/optouts/8613907330002", json={"data": {}})
        assert wrong.json()["errors"][0]["message"] == "来电以 13907330002 显示，请写成 13907330002。"
        assert (await http.delete("/api/v1/policy/optouts/13907330001")).status_code == 204
