"""What an operator does with himself: ready, pause, end of writing."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from agent_console.desk import granted
from agent_console.parts import Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from agent_console.views import OperatorJson
from routing import events as ev
from routing.operators import Operator, OperatorState


class Presence(BaseModel):
    state: Literal["ready", "paused"]


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix="/operators/{login}", tags=["operators"])
    need, store = console.gate.need, console.store

    def operator(login: str) -> Operator:
        return console.gateway.snapshot().operators.get(login) or Operator(login)

    async def move(event: ev.ReadyRequested | ev.PauseRequested, name: str) -> OperatorJson:
        if not await granted(console.gateway, event):
            raise _refused(operator(event.operator), event)
        return console.views.operator(operator(event.operator), name)

    @routes.put("/presence")
    async def presence(login: str, wish: Presence, who: Annotated[SignedIn, Depends(need("presence"))]) -> OperatorJson:
        """`ready` also ends the time for writing; `paused` during a talk takes effect after it.

        An operator with a desk phone needs no open page: he is signed in by this.
        """
        _himself(login, who)
        if not operator(login).signed_in and await store.read(store.desk_phone, login) is not None:
            queues = await store.read(store.queues_of, login)
            await granted(console.gateway, ev.DeskPhoneSignedIn(login, queues))
        event = ev.ReadyRequested(login) if wish.state == "ready" else ev.PauseRequested(login)
        return await move(event, who.account.name)

    @routes.post("/wrap-up/finish")
    async def finish_wrap_up(login: str, who: Annotated[SignedIn, Depends(need("presence"))]) -> OperatorJson:
        """Ready for the next call; on pause, if that was asked for meanwhile or the phone is away."""
        _himself(login, who)
        now = operator(login)
        if now.state in (OperatorState.READY, OperatorState.PAUSED):  # the time was over already
            return console.views.operator(now, who.account.name)
        if now.state is not OperatorState.WRAP_UP:
            raise _refused(now, ev.ReadyRequested(login))
        paused = now.pause_pending or not now.phone
        return await move(ev.PauseRequested(login) if paused else ev.ReadyRequested(login), who.account.name)

    return routes


def _himself(login: str, who: SignedIn) -> None:
    if login != who.account.login:
        raise Problem(
            403,
            "not-yourself",
            "只能更改自己的状态。",
            "You can change only your own state.",
        )


def _refused(operator: Operator, event: ev.ReadyRequested | ev.PauseRequested) -> Problem:
    match operator.state:
        case OperatorState.OFFLINE:
            zh = "页面尚未与服务器连接，请等待连接恢复后重试。"
            en = "This page is not connected to the server: wait until it is, then try again."
        case OperatorState.RINGING:
            zh = "有来电正在振铃，请先接听或挂断。"
            en = "A call is ringing: answer or reject it first."
        case OperatorState.TALKING:
            zh = "正在通话中，请在通话结束后再操作。"
            en = "You are in a talk: do this when it is over."
        case _ if isinstance(event, ev.ReadyRequested) and not operator.phone and operator.desk_phone:
            zh = "您的话机没有应答，暂时不能就绪。请检查话机的电源和网线，然后重试。"
            en = "Your desk phone does not answer: check its power and network, then try again."
        case _ if isinstance(event, ev.ReadyRequested) and not operator.phone:
            zh = "电话未注册，暂时不能就绪。请确认页面显示电话已连接并已允许使用麦克风，然后重试。"
            en = "Your phone is not registered: check that it is connected and may use the microphone, then try again."
        case _:
            zh = "当前状态不允许此操作，请稍后重试。"
            en = "Not possible in your present state: try again in a moment."
    return Problem(409, f"not-while-{operator.state.value.replace('_', '-')}", zh, en)
