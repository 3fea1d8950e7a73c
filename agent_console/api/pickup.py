"""Pick-up (代答): an operator takes a call that rings at a colleague, or waits in a queue of his."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from typing_extensions import TypedDict

from agent_console.desk import granted
from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from agent_console.shapes.calls import CallJson
from routing import events as ev
from routing.call import CallState
from routing.floor import rank
from routing.pickup import PickUpRefusal, open_to_others, picked_by, refusal


class PickUpJson(TypedDict):
    """`ringing`: at whose telephones it rings, by their names; nobody's: it waits."""

    call: CallJson
    ringing: list[str]


class PickUpsJson(TypedDict):
    items: list[PickUpJson]


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["calls"])
    need = console.gate.need

    @routes.get("/pick-ups")
    async def pick_ups(who: Annotated[SignedIn, Depends(need("pick-up"))]) -> PickUpsJson:
        """The calls that he could pick up now if he were free: those that ring first, then by their turn."""
        desk, login = console.gateway.snapshot(), who.account.login
        one = desk.operators.get(login)
        mine = frozenset(one.queues) if one is not None else frozenset[str]()
        found = [
            call
            for call in desk.calls.values()
            if open_to_others(call)
            and desk.policy.queue(call.queue).name in mine
            and login not in call.ringing
            and not picked_by(call)
        ]
        found.sort(key=lambda call: (call.state is CallState.WAITING, rank(call, desk.policy), call.id))
        return {
            "items": [
                {"call": console.views.call(call), "ringing": [console.hub.name(other) for other in call.ringing]}
                for call in found
            ]
        }

    @routes.post("/calls/{call_id}/pick-up", status_code=202)
    async def pick_up(call_id: str, who: Annotated[SignedIn, Depends(need("pick-up"))]) -> JSONResponse:
        """The colleague's telephone is silent, and his own rings, or is answered by his page, since he pressed."""
        login = who.account.login
        if not await granted(console.gateway, ev.PickUpRequested(call_id, login)):
            desk = console.gateway.snapshot()
            call = desk.calls.get(call_id)
            why = refusal(call, desk.operators.get(login), desk.policy) or PickUpRefusal.NOT_WAITING
            by = console.hub.name((picked_by(call) or call.operator or "") if call is not None else "")
            zh, en = WORDS[why]
            raise Problem(409, why.value.replace("_", "-"), zh.format(by=by), en.format(by=by))
        return JSONResponse({}, 202)

    return routes


WORDS = {
    PickUpRefusal.CALL_OVER: ("市民已经挂断，不必代答。", "The citizen has hung up: there is nothing to pick up."),
    PickUpRefusal.ANSWERED: ("{by} 已经接听这通电话。", "{by} has answered this call already."),
    PickUpRefusal.PICKED_UP: ("{by} 已经代答这通电话。", "{by} has picked this call up already."),
    PickUpRefusal.NOT_WAITING: (
        "这通电话现在不在排队或振铃，不能代答。请看清列表后再选。",
        "This call neither waits nor rings now: look at the list, then choose again.",
    ),
    PickUpRefusal.YOURS: ("这通电话正在您这里振铃，请直接接听。", "This call rings at yours: just answer it."),
    PickUpRefusal.OTHER_QUEUE: (
        "这通电话所在的队列不由您接听，不能代答。如工作需要，请联系班长。",
        "This call is of a queue that you do not serve. If your work needs it, ask your supervisor.",
    ),
    PickUpRefusal.NOT_SIGNED_IN: (
        "您尚未签入，不能代答。请打开话务台，连接恢复后重试。",
        "You are not signed in: open the console, and try again when it is connected.",
    ),
    PickUpRefusal.BUSY: (
        "您自己正在振铃或通话，不能代答。请结束后再试。",
        "A call of your own rings or goes on: end it first.",
    ),
    PickUpRefusal.NO_PHONE: (
        "您的电话未注册，不能代答。请确认页面显示电话已连接并允许使用麦克风；使用话机的，请检查电源和网线。",
        "Your phone is not registered: see that it is connected and may use the microphone, or check your desk phone.",
    ),
}
"""Why it is refused, in Chinese and English."""
