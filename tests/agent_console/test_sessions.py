import asyncio
import logging

import pytest

from agent_console.problems import Problem
from agent_console.session import Sessions
from agent_console.throttle import Throttle
from agent_console.tickets import Tickets
from routing import events as ev
from routing import presence_events as pe
from routing.operators import OperatorState
from routing.records import Account, Role, StoreFault

from .house import PASSWORD, START, House

RIGHT = {"login": "op1001", "password": PASSWORD}
WRONG = {"login": "op1001", "password": "guess"}


async def test_signing_in_answers_the_account_and_a_cookie_that_scripts_and_other_sites_cannot_use(
    house: House,
) -> None:
    async with house.client() as http:
        answer = await http.post("/api/v1/sessions", json=RIGHT)
        assert answer.status_code == 201
        assert answer.json() == {"account": {"login": "op1001", "name": "李晓雯", "role": "operator"}}
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("hotline_session=")
        assert cookie.endswith("; HttpOnly; Max-Age=57600; Path=/; SameSite=strict")
        assert (await http.get("/api/v1/session")).json() == answer.json()


async def test_behind_https_the_cookie_never_travels_in_the_clear(house: House) -> None:
    async with house.client() as http:
        answer = await http.post("https://test/api/v1/sessions", json=RIGHT)
        assert "; Secure" in answer.headers["set-cookie"]


async def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(house: House) -> None:
    async with house.client() as http:
        wrong = await http.post("/api/v1/sessions", json=WRONG)
        unknown = await http.post("/api/v1/sessions", json={"login": "nobody", "password": "guess"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.headers["content-type"] == "application/problem+json"
    assert wrong.json() == unknown.json()
    assert wrong.json() == {
        "type": "urn:hotline:problem:wrong-password",
        "title": "Unauthorized",
        "status": 401,
        "detail": "工号或密码错误，请核对后重试。",
    }
    assert "set-cookie" not in wrong.headers


async def test_after_five_failures_even_the_right_password_must_wait(house: House) -> None:
    async with house.client() as http:
        for _ in range(5):
            assert (await http.post("/api/v1/sessions", json=WRONG)).status_code == 401
            house.ticks[0] += 10
        refused = await http.post("/api/v1/sessions", json=RIGHT)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "250"
        assert refused.json()["detail"] == "工号或密码多次输入错误，请在5分钟后重试，或请管理员重设密码。"
        other = await http.post("/api/v1/sessions", json={"login": "op1002", "password": PASSWORD})
        assert other.status_code == 201
        house.ticks[0] += 250
        assert (await http.post("/api/v1/sessions", json=RIGHT)).status_code == 201


async def test_whoever_tries_one_login_after_another_must_wait_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.session.ADDRESS_TRIES", 3)
    sessions = Sessions(house.store, lambda: house.now[0], ticks=lambda: house.ticks[0])

    async def status(login: str, password: str = "guess", address: str = "10.0.0.9") -> int:
        try:
            await sessions.sign_in(login, password, address)
        except Problem as refused:
            return refused.status
        return 201

    assert [await status("op1001"), await status("op1002", PASSWORD), await status("op1003")] == [401, 201, 401]
    assert [await status(login) for login in ("op1004", "op1005")] == [401, 429]
    assert await status("op1002", PASSWORD) == 429
    assert await status("op1002", PASSWORD, "10.0.0.8") == 201


async def test_failures_at_the_same_time_count_like_failures_one_after_another(house: House) -> None:
    async with house.client() as http:
        answers = await asyncio.gather(*(http.post("/api/v1/sessions", json=WRONG) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 3


def test_the_right_password_forgives_the_failures_before_it() -> None:
    throttle = Throttle(lambda: 0.0)
    for _ in range(4):
        assert throttle.begin("op1001", "10.0.0.1") == 0
    throttle.succeed("op1001", "10.0.0.1")
    assert [throttle.begin("op1001", "10.0.0.1") for _ in range(6)] == [0, 0, 0, 0, 0, 300]
    assert throttle.begin("op1001", "10.0.0.2") == 0


def test_the_memory_for_failures_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_console.throttle.KEPT", 3)
    throttle = Throttle(lambda: 0.0)
    for index in range(50):
        throttle.begin(f"login{index}", "10.0.0.1")
    assert len(throttle._tries) == 3


async def test_a_page_unheard_of_for_half_an_hour_must_sign_in_again(house: House) -> None:
    async with house.client("op1001") as http:
        for _ in range(3):
            house.now[0] += 1799
            assert (await http.get("/api/v1/session")).status_code == 200
        house.now[0] += 1800
        over = await http.get("/api/v1/session")
        assert over.status_code == 401
        assert over.json()["detail"] == "尚未登录或登录已过期，请重新登录。"


async def test_no_session_outlives_sixteen_hours(house: House) -> None:
    async with house.client("op1001") as http:
        while house.now[0] < START + 16 * 3600 - 900:
            house.now[0] += 900
            assert (await http.get("/api/v1/session")).status_code == 200
        house.now[0] += 900
        assert (await http.get("/api/v1/session")).status_code == 401


async def test_a_token_of_the_command_line_serves_as_bearer_until_it_is_over(house: House) -> None:
    token = await Sessions(house.store, lambda: house.now[0]).issue("sup1", kind="token", lifetime=7200)
    async with house.client(Authorization=f"Bearer {token}") as http:
        house.now[0] += 7199  # no page is open: idleness ends no token
        assert (await http.get("/api/v1/session")).json()["account"]["login"] == "sup1"
        house.now[0] += 1
        assert (await http.get("/api/v1/session")).status_code == 401
    async with house.client(Authorization="Basic b3AxMDAxOng=") as http:
        assert (await http.get("/api/v1/session")).headers["www-authenticate"] == "Bearer"


async def test_nobody_gets_a_token_for_an_account_that_there_is_not(house: House) -> None:
    with pytest.raises(LookupError, match="nobody"):
        await Sessions(house.store, lambda: house.now[0]).issue("nobody", kind="token", lifetime=60)


async def test_the_disk_keeps_only_the_hash_of_a_token(house: House) -> None:
    token = await Sessions(house.store, lambda: house.now[0]).issue("sup1", kind="token", lifetime=60)
    assert house.store.session(token) is None
    assert await Sessions(house.store, lambda: house.now[0]).find("") is None


async def test_signing_out_takes_the_operator_off_the_line_and_ends_the_session(house: House) -> None:
    async with house.client("op1001") as http:
        house.sit_down("op1001")
        gone = await http.delete("/api/v1/session")
        assert (gone.status_code, gone.content) == (204, b"")
        assert "Max-Age=0" in gone.headers["set-cookie"]
        assert house.desk.snapshot().operators["op1001"].state is OperatorState.OFFLINE
        assert (await http.get("/api/v1/session")).status_code == 401


async def test_nobody_signs_out_of_a_talk(house: House) -> None:
    async with house.client("op1001") as http:
        house.talk("c1", "op1001")
        refused = await http.delete("/api/v1/session")
        assert refused.status_code == 409
        assert refused.json()["detail"] == "来电振铃或通话中不能退出，请在通话结束后再退出。"
        assert (await http.get("/api/v1/session")).status_code == 200


async def test_ending_a_token_does_not_take_its_owner_off_the_line(house: House) -> None:
    token = await Sessions(house.store, lambda: house.now[0]).issue("op1001", kind="token", lifetime=7200)
    house.sit_down("op1001")
    async with house.client(Authorization=f"Bearer {token}") as http:
        assert (await http.delete("/api/v1/session")).status_code == 204
    assert house.desk.snapshot().operators["op1001"].state is OperatorState.READY


async def test_another_site_cannot_use_the_cookie_to_change_anything(house: House) -> None:
    async with house.client("op1001") as http:
        del http.headers["X-Requested-With"]
        refused = await http.delete("/api/v1/session")
        assert refused.status_code == 403
        assert refused.json()["type"] == "urn:hotline:problem:cross-site"
        assert (await http.get("/api/v1/session")).status_code == 200


async def test_what_was_typed_as_a_login_cannot_forge_a_line_of_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        async with house.client() as http:
            await http.post("/api/v1/sessions", json={"login": "x\nsigned in: admin", "password": "x"})
    assert "x\\nsigned in: admin" in caplog.text


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"{", ["body"]),
        (b"[]", ["body"]),
        (b"{}", ["login", "password"]),
        (b'{"login": 7, "password": null}', ["login", "password"]),
        (b'{"login": "\\ud800", "password": "x"}', ["login"]),
        (b'{"login": "' + b"x" * 65 + b'", "password": "x"}', ["login"]),
    ],
)
async def test_a_malformed_sign_in_is_told_which_field_is_wrong(house: House, body: bytes, fields: list[str]) -> None:
    async with house.client() as http:
        answer = await http.post("/api/v1/sessions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == fields


async def test_a_ticket_opens_one_connection_within_thirty_seconds(house: House) -> None:
    ticks = [0.0]
    tickets = Tickets(lambda: ticks[0])
    who = await Sessions(house.store, lambda: house.now[0]).find(
        await Sessions(house.store, lambda: house.now[0]).issue("op1001", kind="page", lifetime=60)
    )
    assert who is not None
    assert who.account == Account("op1001", "李晓雯", Role.OPERATOR)
    first, second, third = (tickets.issue(who) for _ in range(3))
    assert tickets.redeem(first) == who
    assert tickets.redeem(first) is None
    ticks[0] = 29.9
    assert tickets.redeem(second) == who
    ticks[0] = 30.0
    assert tickets.redeem(third) is None
    assert tickets.redeem("") is None


async def test_a_live_ticket_is_given_to_who_is_signed_in(house: House) -> None:
    async with house.client("op1001") as http:
        answer = await http.post("/api/v1/live-tickets", json={})
        assert answer.status_code == 200
        assert answer.json()["path"] == "/live"
        assert len(answer.json()["ticket"]) >= 32


async def test_the_softphone_gets_a_new_secret_and_where_to_register(house: House) -> None:
    async with house.client("op1001") as http:
        answer = await http.post("/api/v1/softphone", json={})
        assert answer.json() == {
            "desk_phone": False,
            "uri": "sip:op1001@hotline",
            "username": "op1001",
            "password": "secret of op1001",
            "server": "ws://127.0.0.1:8088/ws",
            "realm": "hotline",
            "ice_servers": [],
        }


@pytest.mark.parametrize("fault", [TimeoutError(), ConnectionRefusedError()])
async def test_without_asterisk_the_softphone_is_told_to_come_back(house: House, fault: Exception) -> None:
    house.secrets.append(fault)
    async with house.client("op1001") as http:
        answer = await http.post("/api/v1/softphone", json={})
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "3"
        assert answer.json()["detail"].startswith("话务系统没有应答")


async def test_an_operator_without_a_page_session_of_his_own_is_not_signed_out_by_an_old_one(house: House) -> None:
    async with house.client("op1001") as old, house.client("op1001") as new:
        sessions = Sessions(house.store, lambda: house.now[0])
        who = await sessions.find(new.cookies["hotline_session"])
        assert who is not None
        house.hub.claim(who)
        house.sit_down("op1001")
        assert (await old.delete("/api/v1/session")).status_code == 204
        assert house.desk.snapshot().operators["op1001"].state is OperatorState.READY
        assert pe.OperatorSignedOut("op1001") not in house.desk.events


async def test_signing_in_and_out_and_every_failure_are_in_the_audit_without_a_password(house: House) -> None:
    async with house.client() as http:
        await http.post("/api/v1/sessions", json=WRONG)
        await http.post("/api/v1/sessions", json={"login": "nobody", "password": "guess"})
        await http.post("/api/v1/sessions", json=RIGHT)
        await http.delete("/api/v1/session")
    assert house.audit() == [
        ("op1001", "sign_in_failed", "op1001", ""),
        ("nobody", "sign_in_failed", "nobody", ""),
        ("op1001", "signed_in", "op1001", ""),
        ("op1001", "signed_out", "op1001", ""),
    ]


async def test_while_the_database_takes_no_writes_who_works_stays_signed_in_and_ends_his_call(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreFault("database or disk is full")

    house.talk("c1", "op1001")
    async with house.client("op1001") as http:
        with monkeypatch.context() as store:
            store.setattr(house.store, "touch_session", full)
            for _ in range(31):
                house.now[0] += 60
                assert (await http.get("/api/v1/session")).status_code == 200
            assert (await http.post("/api/v1/calls/c1/hangup")).status_code == 202
        house.now[0] += 60
        assert (await http.get("/api/v1/session")).status_code == 200
        house.now[0] += 1800
        assert (await http.get("/api/v1/session")).status_code == 401


async def test_a_try_that_the_address_was_refused_is_none_of_the_login(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.session.ADDRESS_TRIES", 1)
    sessions = Sessions(house.store, lambda: house.now[0], ticks=lambda: house.ticks[0])
    with pytest.raises(Problem, match="401"):
        await sessions.sign_in("op1002", "guess", "10.0.0.9")
    for _ in range(5):
        house.ticks[0] += 50
        with pytest.raises(Problem, match="429"):
            await sessions.sign_in("op1001", PASSWORD, "10.0.0.9")
    house.ticks[0] += 50
    _, account = await sessions.sign_in("op1001", PASSWORD, "10.0.0.9")
    assert account.login == "op1001"


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "没有执行：数据库暂时"), ("en", "Nothing was done: the database")]
)
async def test_while_the_database_is_away_an_order_is_not_said_to_be_something_to_be_saved(
    house: House, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    def away(*_: object) -> None:
        raise StoreFault("the server does not answer")

    house.talk("c1", "op1001")
    async with house.client("op1001", **{"Accept-Language": language}) as http:
        monkeypatch.setattr(house.store, "session", away)
        answer = await http.post("/api/v1/calls/c1/hangup")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert answer.json()["type"] == "urn:hotline:problem:store-away"
    assert answer.json()["detail"].startswith(said)
    assert ev.HangUpRequested("c1", "op1001") not in house.desk.events


@pytest.mark.parametrize(("language", "said"), [("zh", "暂时无法登录：数据库"), ("en", "You cannot sign in right now")])
async def test_while_the_database_is_away_who_signs_in_is_told_that_it_is_not_his_password(
    house: House, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    def away(*_: object) -> None:
        raise StoreFault("the server does not answer")

    async with house.client(**{"Accept-Language": language}) as http:
        with monkeypatch.context() as store:
            store.setattr(house.store, "account", away)
            for _ in range(6):
                answer = await http.post("/api/v1/sessions", json=RIGHT)
                assert (answer.status_code, answer.json()["type"]) == (503, "urn:hotline:problem:store-away")
                assert answer.json()["detail"].startswith(said)
        assert (await http.post("/api/v1/sessions", json=RIGHT)).status_code == 201  # none of them was a wrong try
