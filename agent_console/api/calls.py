"""Calls, their recordings, and the operator's hang-up."""

import logging
from typing import Annotated, Literal

import anyio.to_thread
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from agent_console import recording
from agent_console.api.lists import Caller, Cursor, Day, Limit, Login, login_of, span
from agent_console.audit import origin
from agent_console.desk import granted
from agent_console.gate import WATCHERS
from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from agent_console.shapes.calls import CallJson, CallsJson
from routing import events as ev
from routing.call import Call, CallState
from routing.records import CallFilter, CallRecord, RecordingRow

log = logging.getLogger(__name__)


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/calls", tags=["calls"])
    need, store = console.gate.need, console.store

    @routes.get("")
    async def calls(
        *,
        who: Annotated[SignedIn, Depends(need("calls"))],
        limit: Limit = 50,
        cursor: Cursor = None,
        operator: Login = None,
        day: Day = None,
        caller: Caller = None,
    ) -> CallsJson:
        since, until = span(day, console.clock(), console.views.timezone)
        wanted = CallFilter(login_of(operator, who.account.login), caller, since, until)
        page = await store.read(store.calls, wanted, cursor, limit)
        return {"items": [console.views.record(one) for one in page.items], "next": page.next}

    @routes.get("/{call_id}")
    async def call(call_id: str, who: Annotated[SignedIn, Depends(need("calls"))]) -> CallJson:
        record = _live(await store.read(store.call, call_id), console.gateway.snapshot().calls.get(call_id))
        if record is None:
            raise _no_such_call()
        return console.views.whole(record, console.hub.name, listened=who.account.role in WATCHERS)

    def not_allowed(who: SignedIn, request: Request) -> None:
        console.audit.refused(who, request.path_params["call_id"], origin(request), "not-allowed")

    async def opened_recording(
        call_id: str, kind: str | None, take: int | None
    ) -> tuple[RecordingRow, recording.Opened]:
        """Raises `Problem`, 404, whatever the reason why there is nothing to be heard."""
        record = await store.read(store.call, call_id)
        if record is None:
            raise _no_such_call()
        row = _wanted(record, kind, take)
        if row is None or row.state == "missing":
            raise _no_recording(row)
        try:
            return row, await anyio.to_thread.run_sync(recording.open_file, console.recordings, row)
        except recording.Unreadable as unreadable:
            raise _no_recording(row) from unreadable

    # a path and no segment: `..%2f` in place of an id is a refusal to be written down, too
    @routes.get("/{call_id:path}/recording", response_class=Response, responses={200: {"content": {"audio/wav": {}}}})
    async def call_recording(
        call_id: str,
        request: Request,
        who: Annotated[SignedIn, Depends(need("calls", not_allowed))],
        kind: Annotated[Literal["talk", "message"] | None, Query()] = None,
        take: Annotated[int | None, Query(ge=1, le=999, description="of a message that was spoken anew")] = None,
        range_header: Annotated[str | None, Header(alias="Range", include_in_schema=False)] = None,
        if_range: Annotated[str | None, Header(alias="If-Range", include_in_schema=False)] = None,
    ) -> Response:
        """WAV, PCM16, 8 kHz: citizen left and operator right, a message mono. Without `kind`: the talk, if any."""
        login = who.account.login
        try:
            row, opened = await opened_recording(call_id, kind, take)
        except Problem as refusal:
            why = f"{refusal.code}: {refusal.__cause__}" if refusal.__cause__ else refusal.code
            log.warning("recording of call %r refused to %s: %s", call_id, login, why)
            console.audit.refused(who, call_id, origin(request), why)
            raise
        log.info("recording of call %s (%s) given to %s", call_id, row.kind, login)
        console.audit.played(who, row, origin(request))
        return recording.WavResponse(row, opened, range_header, if_range)

    @routes.post("/{call_id}/hangup", status_code=202)
    async def hang_up(call_id: str, who: Annotated[SignedIn, Depends(need("hangup"))]) -> JSONResponse:
        """Ends the citizen's call; the page's telephone hears of it by SIP."""
        login = who.account.login
        if not await granted(console.gateway, ev.HangUpRequested(call_id, login)):
            call = console.gateway.snapshot().calls.get(call_id)
            if call is None:
                raise Problem(409, "call-over", "这通电话已经结束，无需挂断。", "This call is over already.")
            if call.operator != login:
                raise Problem(
                    409,
                    "not-your-call",
                    "这通电话不在您这里，不能由您挂断。",
                    "This call is not with you, so you cannot end it.",
                )
            if call.state is CallState.RINGING:
                raise Problem(
                    409,
                    "still-ringing",
                    "电话尚未接通。如不接听，请直接拒接。",
                    "The call still rings: reject it on your phone.",
                )
            if call.talk is not None and call.talk.apart:
                raise Problem(
                    409,
                    "citizen-waits",
                    "市民正在听等待音乐，不能挂断。请先取回或返回市民，再挂断。",
                    "The citizen hears music: go back to him first, then hang up.",
                )
            raise Problem(
                409,
                "cannot-hang-up",
                "现在不能挂断这通电话，请稍后重试。",
                "This call cannot be ended right now: try again in a moment.",
            )
        return JSONResponse({}, 202)

    return routes


def _live(record: CallRecord | None, running: Call | None) -> CallRecord | None:
    """What is written may be a moment behind, and knows less of a talk."""
    if running is None:
        return record
    return CallRecord(running) if record is None else CallRecord(running, record.recordings, record.case)


def _wanted(record: CallRecord, kind: str | None, take: int | None) -> RecordingRow | None:
    """The first that was asked for; where no take was, rather one that is there."""
    rows = [one for one in record.recordings if kind in (None, one.kind) and take in (None, one.take)]
    return next((one for one in rows if one.state != "missing"), next(iter(rows), None))


def _no_such_call() -> Problem:
    return Problem(404, "no-such-call", "没有这通电话的记录，请核对编号。", "There is no such call: check its id.")


def _no_recording(row: RecordingRow | None) -> Problem:
    if row is None:
        return Problem(404, "no-recording", "这通电话没有录音。", "This call has no recording.")
    reason = row.reason
    return Problem(
        404,
        "recording-missing",
        f"录音文件缺失或无法读取{f'（{reason}）' if reason else ''}，请联系管理员。",
        f"The recording is missing or cannot be read{f' ({reason})' if reason else ''}: tell the administrator.",
    )
