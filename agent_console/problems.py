"""Refusals as RFC 9457 problem details, in the language of who asked."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from routing.records import BadCursor, StoreFault

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """Why one field of the body or query is refused."""

    field: str
    zh: str
    en: str


class Problem(Exception):
    """A refusal with its reason for a person, in Chinese and English. `code` tells programs the kind of problem."""

    def __init__(
        self,
        status: int,
        code: str,
        zh: str,
        en: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.zh = zh
        self.en = en
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.more = dict(more or {})


def speaks_english(connection: HTTPConnection) -> bool:
    """Whether `Accept-Language` (RFC 9110 §12.5.4) puts English before Chinese; the house speaks Chinese."""
    best, english = 0.0, False
    for part in connection.headers.get("accept-language", "").lower().split(","):
        tag, _, parameters = part.strip().partition(";")
        try:
            weight = float(parameters.strip().removeprefix("q=")) if parameters else 1.0
        except ValueError:
            continue
        if tag.split("-")[0] in ("zh", "en") and weight > best:
            best, english = weight, tag.split("-")[0] == "en"
    return english


def answer(connection: HTTPConnection, problem: Problem) -> JSONResponse:
    english = speaks_english(connection)
    body: dict[str, Any] = {
        "type": f"urn:hotline:problem:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.en if english else problem.zh,
    }
    if problem.errors:
        body["errors"] = [
            {"field": error.field, "message": error.en if english else error.zh} for error in problem.errors
        ]
    headers = {"Content-Language": "en" if english else "zh-CN", "Cache-Control": "no-store", **problem.headers}
    return JSONResponse({**body, **problem.more}, problem.status, headers, MEDIA_TYPE)


@contextmanager
def shown_after_saving() -> Iterator[None]:
    """Around what is read for the answer to a save. Raises `Problem` (503), which tells that it is saved, where that
    cannot be read: whoever took it for unsaved would do it a second time.
    """
    try:
        yield
    except StoreFault as fault:
        log.error("saved, and cannot be read: %s", fault)
        raise Problem(
            503,
            "saved-not-shown",
            "已保存，但数据库暂时无法读取，看不到最新内容。请稍后刷新页面，不必重新填写。",
            "Saved, but the database cannot be read right now: reload in a moment; do not fill it in again.",
        ) from fault


def install(app: FastAPI) -> None:
    """Make every refusal of `app` a problem detail."""

    async def told(request: Request, problem: Problem) -> JSONResponse:
        return answer(request, problem)

    async def malformed(request: Request, invalid: RequestValidationError) -> JSONResponse:
        return answer(request, _malformed(invalid))

    async def plain(request: Request, refused: HTTPException) -> JSONResponse:
        return answer(request, _plain(refused))

    async def not_stored(request: Request, fault: StoreFault) -> JSONResponse:
        log.error("%s %s: the store does not serve: %s", request.method, request.url.path, fault)
        return answer(request, _not_stored(request.method))

    async def lost_place(request: Request, _cursor: BadCursor) -> JSONResponse:
        return answer(
            request,
            Problem(
                422,
                "bad-cursor",
                "列表的翻页标记无效，请从第一页重新打开列表。",
                "The cursor is not one of this list: open the list again from its first page.",
                errors=[FieldError("cursor", "翻页标记无效。", "Not a cursor of this list.")],
            ),
        )

    async def broken(request: Request, _fault: Exception) -> JSONResponse:
        return answer(
            request,
            Problem(
                500,
                "broken",
                "系统内部出错，操作可能没有完成。请重试；如仍出错，请告知管理员查看日志。",
                "Something broke inside; what you did may not be done. Try again, or tell the administrator.",
            ),
        )

    handlers: dict[Any, Any] = {
        Problem: told,
        RequestValidationError: malformed,
        HTTPException: plain,
        StoreFault: not_stored,
        BadCursor: lost_place,
        Exception: broken,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


MALFORMED = {
    "missing": ("缺少这一项，请补上。", "This is missing: add it."),
    "string_type": ("应当是文字。", "This must be text."),
    "string_unicode": ("含有无法保存的字符，请重新输入。", "Contains characters that cannot be saved: type it again."),
    "string_too_long": ("太长了，请缩短。", "Too long: shorten it."),
    "string_too_short": ("不能为空。", "This must not be empty."),
    "int_type": ("应当是整数。", "This must be a whole number."),
    "int_parsing": ("应当是整数。", "This must be a whole number."),
    "greater_than_equal": ("数值太小。", "The number is too small."),
    "less_than_equal": ("数值太大。", "The number is too large."),
    "literal_error": ("不是允许的取值。", "Not one of the allowed values."),
    "json_invalid": ("请求内容不是有效的 JSON。", "The body is not valid JSON."),
}


def _malformed(invalid: RequestValidationError) -> Problem:
    errors: list[FieldError] = []
    for error in invalid.errors():
        place = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
        zh, en = MALFORMED.get(error["type"], ("格式不正确，请检查。", "Not in the right format: check it."))
        errors.append(FieldError("body" if error["type"] == "json_invalid" else ".".join(place) or "body", zh, en))
    return Problem(
        422,
        "malformed",
        "提交的内容有误，请按各项提示修改后重试。",
        "The request is not right: correct the fields named and try again.",
        errors=errors,
    )


def _plain(refused: HTTPException) -> Problem:
    zh, en = {
        404: ("没有这个地址或内容，请检查后重试。", "There is nothing at this address: check it."),
        405: ("此地址不支持这种操作。", "This address does not allow that method."),
        413: ("提交的内容太长，没有处理。请缩短后重试。", "Too long, so nothing was done: shorten it and try again."),
    }.get(refused.status_code, ("请求被拒绝，请检查后重试。", "The request was refused: check it and try again."))
    return Problem(refused.status_code, "refused", zh, en, headers=refused.headers)


def _not_stored(method: str) -> Problem:
    headers = {"Retry-After": "3"}
    if method == "GET":
        return Problem(
            503,
            "store-away",
            "数据库暂时无法读取，请稍后重试。",
            "The database cannot be read right now: try again in a moment.",
            headers=headers,
        )
    return Problem(
        503,
        "not-saved",
        "没有保存：数据库暂时无法写入。您填写的内容仍在页面上，请稍后再次保存。",
        "Not saved: the database cannot be written right now. What you typed is still here; save again in a moment.",
        headers=headers,
    )
