"""What an operator does with himself: ready, pause, end of writing."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints

from agent_console.desk import granted
from agent_console.parts import API, Console
from agent_console.problems import FieldError, Problem
from agent_console.session import SignedIn
from agent_console.shapes.calls import OperatorJson
from routing import presence_events as pe
from routing.operators import Operator, OperatorState
from routing.snapshot import Snapshot


class Presence(BaseModel):
    """`kind`: the reason of a pause, as the policy names it; empty for none in particular."""

    state: Literal["ready", "paused"]
    kind: Annotated[str, StringConstraints(strict=True, max_length=64)] = ""


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API + "/operators/{login}", tags=["operators"])
    need, store = console.gate.need, console.store

    def operator(login: str) -> Operator:
        return console.gateway.snapshot().operators.get(login) or Operator(login)

    async def move(event: pe.ReadyRequested | pe.PauseRequested, name: str) -> OperatorJson:
        if not await granted(console.gateway, event):
            raise _refused(operator(event.operator), event, console.gateway.snapshot())
        return shown(operator(event.operator), name)

    def shown(one: Operator, name: str) -> OperatorJson:
        return console.views.operator(one, name, console.gateway.snapshot().policy)

    @routes.put("/presence")
    async def presence(login: str, wish: Presence, who: Annotated[SignedIn, Depends(need("presence"))]) -> OperatorJson:
        """`ready` also ends the time for writing; `paused` during a talk takes effect after it.

        A pause that a supervisor must agree to leaves the state as it is, and `asked` says for which kind he asked.
        An operator with a desk phone needs no open page: he is signed in by this.
        """
        _himself(login, who)
        if not operator(login).signed_in and await store.read(store.desk_phone, login) is not None:
            await granted(console.gateway, pe.DeskPhoneSignedIn(login))
        event = pe.ReadyRequested(login) if wish.state == "ready" else pe.PauseRequested(login, wish.kind)
        return await move(event, who.account.name)

    @routes.post("/wrap-up/finish")
    async def finish_wrap_up(login: str, who: Annotated[SignedIn, Depends(need("presence"))]) -> OperatorJson:
        """Ready for the next call; on pause, if that was asked for meanwhile or the phone is away."""
        _himself(login, who)
        now = operator(login)
        if now.state in (OperatorState.READY, OperatorState.PAUSED):  # the time was over already
            return shown(now, who.account.name)
        if now.state is not OperatorState.WRAP_UP:
            raise _refused(now, pe.ReadyRequested(login), console.gateway.snapshot())
        paused = now.pause_pending or not now.phone
        wish = pe.PauseRequested(login, now.next_pause) if paused else pe.ReadyRequested(login)
        return await move(wish, who.account.name)

    return routes


def pause_refused(name: str, operator: Operator, desk: Snapshot) -> Problem:
    """Why the desk did not let him go on a pause of this kind."""
    kind = desk.policy.pauses.get(name)
    if name and kind is None:
        zh = "没有这种小休原因，可能已被管理员删除。请重新选择。"
        en = "There is no such reason for a pause; it may have been removed. Choose again."
        return Problem(422, "unknown-pause", zh, en, errors=[FieldError("kind", zh, en)])
    others = sum(
        name in (one.pause_kind, one.next_pause) for one in desk.operators.values() if one.login != operator.login
    )
    if kind is not None and kind.at_once and others >= kind.at_once:
        return Problem(
            409,
            "pause-full",
            f"已有 {others} 人在“{kind.title}”，最多同时 {kind.at_once} 人。请稍后再试，或选择其他原因。",
            f"{others} are on {kind.title} already, and at most {kind.at_once} may be: try later, or choose another.",
        )
    return Problem(
        409,
        "cannot-pause",
        "现在不能小休，请稍后重试。",
        "A pause is not possible right now: try again in a moment.",
    )


def _himself(login: str, who: SignedIn) -> None:
    if login != who.account.login:
        raise Problem(
            403,
            "not-yourself",
            "只能更改自己的状态。",
            "You can change only your own state.",
        )


def _refused(operator: Operator, event: pe.ReadyRequested | pe.PauseRequested, desk: Snapshot) -> Problem:
    if isinstance(event, pe.PauseRequested) and operator.signed_in:
        return pause_refused(event.kind, operator, desk)
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
        case _ if isinstance(event, pe.ReadyRequested) and not operator.phone and operator.desk_phone:
            zh = "您的话机没有应答，暂时不能就绪。请检查话机的电源和网线，然后重试。"
            en = "Your desk phone does not answer: check its power and network, then try again."
        case _ if isinstance(event, pe.ReadyRequested) and not operator.phone:
            zh = "电话未注册，暂时不能就绪。请确认页面显示电话已连接并已允许使用麦克风，然后重试。"
            en = "Your phone is not registered: check that it is connected and may use the microphone, then try again."
        case _:
            zh = "当前状态不允许此操作，请稍后重试。"
            en = "Not possible in your present state: try again in a moment."
    return Problem(409, f"not-while-{operator.state.value.replace('_', '-')}", zh, en)
