"""A supervisor in somebody's talk: listen (监听), whisper (密语), barge (插话), take over (接管)."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from agent_console.desk import granted
from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from routing import watch_events as we
from routing.watch import WatchRefusal, refusal
from routing.watch_events import WatchMode


class Supervision(BaseModel):
    mode: WatchMode


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/calls", tags=["calls"])
    need = console.gate.need

    async def do(wish: we.WatchWish) -> JSONResponse:
        if not await granted(console.gateway, wish):
            desk = console.gateway.snapshot()
            login = wish.supervisor
            why = refusal(desk.calls.get(wish.call), wish, desk.operators.get(login), desk.watches.get(login))
            raise _problem(why)
        return JSONResponse({}, 202)

    @routes.post("/{call_id}/supervise", status_code=202)
    async def supervise(
        call_id: str, given: Supervision, who: Annotated[SignedIn, Depends(need("supervise"))]
    ) -> JSONResponse:
        """His telephone rings, and he is at the talk as he answers; if he is there already, the mode changes."""
        return await do(we.SuperviseRequested(call_id, who.account.login, given.mode))

    @routes.delete("/{call_id}/supervise", status_code=202)
    async def leave(call_id: str, who: Annotated[SignedIn, Depends(need("supervise"))]) -> JSONResponse:
        """He is at the talk no more; operator and citizen talk on."""
        return await do(we.SuperviseEndRequested(call_id, who.account.login))

    @routes.post("/{call_id}/take-over", status_code=202)
    async def take_over(call_id: str, who: Annotated[SignedIn, Depends(need("supervise"))]) -> JSONResponse:
        """The citizen is his, as soon as his telephone is answered; the operator writes."""
        return await do(we.TakeOverRequested(call_id, who.account.login))

    return routes


def _problem(why: WatchRefusal | None) -> Problem:
    zh, en = WORDS.get(why or WatchRefusal.NOT_TALKING, WORDS[WatchRefusal.NOT_TALKING])
    return Problem(409, (why or WatchRefusal.NOT_TALKING).value.replace("_", "-"), zh, en)


WORDS = {
    WatchRefusal.CALL_OVER: ("这通电话已经结束。", "This call is over already."),
    WatchRefusal.RINGING: (
        "话务员还在振铃，尚未接通。请在接通后再操作。",
        "The operator's phone still rings: try again when he has answered.",
    ),
    WatchRefusal.NOT_TALKING: (
        "这通电话现在没有话务员在通话，不能监听。请看清当前状态后再操作。",
        "No operator talks with this citizen now. Look how the call stands, then choose again.",
    ),
    WatchRefusal.OWN_TALK: ("您自己就在这通电话中。", "You are in this talk yourself."),
    WatchRefusal.BUSY: (
        "您自己正在通话中。请先结束自己的通话。",
        "You are in a talk of your own: end it first.",
    ),
    WatchRefusal.ELSEWHERE: (
        "您正在监听另一通电话。请先点“结束监听”。",
        "You are at another talk already: leave it first.",
    ),
    WatchRefusal.NO_PHONE: (
        "您的电话未注册，不能监听。请确认班长台显示电话已连接并允许使用麦克风；使用话机的，请检查电源和网线。",
        "Your phone is not registered: see that it is connected and may use the microphone, or check your desk phone.",
    ),
    WatchRefusal.ON_HOLD: (
        "市民正在听等待音乐，现在不能插话。可以先密语话务员，或等通话恢复。",
        "The citizen hears music, so he cannot hear you: whisper to the operator, or wait until they talk on.",
    ),
    WatchRefusal.NOT_THERE: ("您没有在监听这通电话。", "You are not at this talk."),
}
"""Why it is refused, in Chinese and English."""
