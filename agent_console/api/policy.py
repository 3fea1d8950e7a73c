"""What an administrator or supervisor changes: documents by kind and key. Saved means in force."""

import logging
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, StrictInt

from agent_console import findings
from agent_console.api.lists import Cursor, Limit
from agent_console.api.prompts import uses
from agent_console.audit import origin
from agent_console.desk import held
from agent_console.gate import ALLOWED
from agent_console.parts import API, Console, Menus, Prompts
from agent_console.problems import FieldError, Problem
from agent_console.session import SignedIn
from agent_console.shapes.papers import DocumentChangesJson, DocumentJson, DocumentsJson
from cases.texts import OptOut
from ivr import load
from ivr.document import MenuDocument
from ivr.load import MenuError
from ivr.menu import Purpose
from ivr.prompt import NO_PROMPTS, USUAL_LANGUAGE, PromptDocument, spoken_name
from routing.check import OVERFLOWS, Finding
from routing.documents import DocumentsRefused, NoSuchDocument, StaleDocument
from routing.outside import Contact, Destination, country_code
from routing.policy import Line, Mark, Notice, Policy
from routing.queues import OverflowKind, Queue
from routing.records import StoreFault

log = logging.getLogger(__name__)

Begins = Annotated[str, Query(description="only documents whose keys begin so", max_length=64)]
Kind = Annotated[str | None, Query(max_length=32)]
Key = Annotated[str | None, Query(max_length=64)]


class Written(BaseModel):
    """`version`: the one that whoever writes has seen, null for a document that is new."""

    data: dict[str, Any]
    version: StrictInt | None = None


def writing(request: Request) -> str:
    """The group of routes that writing this kind is in."""
    return f"policy/{request.path_params['kind']}"


def reading(request: Request) -> str:
    """The group of routes that reading this kind is in."""
    group = f"policy-read/{request.path_params['kind']}"
    return group if group in ALLOWED else "policy-read"


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["policy"])
    need, store, papers = console.gate.need, console.store, console.papers

    @routes.get("/policy/{kind}")
    async def documents(
        *,
        kind: str,
        who: Annotated[SignedIn, Depends(need(reading))],
        begins: Begins = "",
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> DocumentsJson:
        try:
            page = await store.read(store.document_page, kind, begins, cursor, limit)
        except NoSuchDocument as unknown:
            raise _no_such(unknown) from unknown
        return {"items": [papers.document(one) for one in page.items], "next": page.next}

    @routes.get("/policy/{kind}/{key}")
    async def document(kind: str, key: str, who: Annotated[SignedIn, Depends(need(reading))]) -> DocumentJson:
        try:
            return papers.document(await store.read(store.document, kind, key))
        except NoSuchDocument as unknown:
            raise _no_such(unknown) from unknown

    @routes.put("/policy/{kind}/{key}")
    async def write(
        kind: str, key: str, given: Written, request: Request, who: Annotated[SignedIn, Depends(need(writing))]
    ) -> DocumentJson:
        """New decisions go by it when this is answered; no call is dropped for it."""
        try:
            wanted = store.read_document(kind, key, given.data)
            _usable(console, wanted, kind, key)
            policy = await store.write(
                store.change_policy,
                wanted,
                who=who.account.login,
                origin=origin(request),
                expected_version=given.version or 0,
                at=console.clock(),
            )
        except NoSuchDocument as unknown:
            raise _no_such(unknown) from unknown
        except DocumentsRefused as refused:
            raise _refused(refused, kind, key) from refused
        except StaleDocument as stale:
            raise _stale(stale, papers.document(stale.current) if stale.current else None) from stale
        log.info("%s/%s changed by %s", kind, key, who.account.login)
        await _held(console, kind, policy)
        try:
            return papers.document(await store.read(store.document, kind, key))
        except StoreFault as fault:
            log.error("%s/%s is saved and cannot be read: %s", kind, key, fault)
            raise _unread() from fault

    @routes.delete("/policy/{kind}/{key}", status_code=204)
    async def remove(
        *,
        kind: str,
        key: str,
        request: Request,
        who: Annotated[SignedIn, Depends(need(writing))],
        version: Annotated[int | None, Query(description="the one that whoever removes it has seen")] = None,
    ) -> None:
        """Refused while other documents name it."""
        if kind == "prompts":
            await _still_heard(console, key)
        try:
            policy = await store.write(
                store.drop_policy,
                kind,
                key,
                who=who.account.login,
                origin=origin(request),
                expected_version=version,
                at=console.clock(),
            )
        except NoSuchDocument as unknown:
            raise _no_such(unknown) from unknown
        except DocumentsRefused as refused:
            raise _needed(refused) from refused
        except StaleDocument as stale:
            raise _stale(stale, papers.document(stale.current) if stale.current else None) from stale
        log.info("%s/%s removed by %s", kind, key, who.account.login)
        await _held(console, kind, policy)

    @routes.get("/policy-changes")
    async def changes(
        *,
        who: Annotated[SignedIn, Depends(need("policy-read"))],
        kind: Kind = None,
        key: Key = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> DocumentChangesJson:
        """Newest first, each with what was there before and after."""
        page = await store.read(store.policy_changes, kind, key, cursor, limit)
        return {"items": [papers.document_change(one) for one in page.items], "next": page.next}

    return routes


def _usable(console: Console, document: object, kind: str, key: str) -> None:
    """What the store cannot know: prompts, trunks, how numbers are written. Raises `DocumentsRefused`, `Problem`."""
    if not console.may_forward:
        _nowhere_outside(document)
    _unspoken(document, kind, key, console.prompts)
    _soundless(document, console)
    _unled(document, kind, key, console.menus)
    _unheard(document, console.menus)
    _misspelt(document, kind, key, console.one_form)
    _at_home(document, kind, key, console.home_code)


async def _held(console: Console, kind: str, policy: Policy) -> None:
    """Wait until decisions, and menus, go by what was saved."""
    try:
        if kind == "menus":
            await console.menus.renew()
        if kind == "prompts":
            await console.prompts.renew()
    except (StoreFault, OSError) as fault:
        log.error("%s were saved, and calls do not go by it yet: %s", kind, fault)
        raise _later() from fault
    await held(console.gateway, policy)


def _unspoken(document: object, kind: str, key: str, prompts: Prompts) -> None:
    """Raises `DocumentsRefused` for a document that wants to say what nobody has recorded."""
    match document:
        case Line(greeting=greeting):
            said = [("greeting", greeting)]
        case Queue(comfort=comfort):
            said = [("comfort", prompt) for prompt in comfort]
        case Notice(prompts=spoken):
            said = [("prompts", prompt) for prompt in spoken]
        case _:
            return
    if missing := [Finding(kind, key, field, "prompt", prompt) for field, prompt in said if prompt not in prompts]:
        raise DocumentsRefused(missing)


def _soundless(document: object, console: Console) -> None:
    """Raises `DocumentsRefused` for a prompt without a sound, or one that Asterisk would never look for."""
    if not isinstance(document, PromptDocument):
        return
    name, language = spoken_name(document.name)
    wrong = []
    if console.studio.file(document.sound) is None:
        wrong.append(Finding("prompts", document.name, "sound", "sound"))
    if not document.text.strip():
        wrong.append(Finding("prompts", document.name, "text", "words"))
    if language == USUAL_LANGUAGE or (language and name not in console.prompts):
        wrong.append(Finding("prompts", document.name, "name", "language", language))
    if name in NO_PROMPTS:
        wrong.append(Finding("prompts", document.name, "name", "reserved", name))
    if wrong:
        raise DocumentsRefused(wrong)


async def _still_heard(console: Console, key: str) -> None:
    """Raises `Problem` where nothing would be left to be played for a prompt that is named."""
    if key not in console.prompts or console.prompts[key].shipped:
        return
    named = [f"{one['kind']}/{one['key']}" for one in (await uses(console)).get(key, [])]
    named += [f"prompts/{one}" for one in console.prompts.in_languages if spoken_name(one)[0] == key]
    if named:
        raise _needed(DocumentsRefused([Finding("prompts", key, "", "needed", one) for one in named]))


def _unled(document: object, kind: str, key: str, menus: Menus) -> None:
    """Raises `DocumentsRefused` for a line whose menu or survey is not there."""
    if not isinstance(document, Line):
        return
    led = (("menu", document.menu, Purpose.CALL), ("survey", document.survey, Purpose.AFTER_TALK))
    wrong = [field for field, name, purpose in led if name and menus.named(name, purpose) is None]
    if wrong:
        raise DocumentsRefused([Finding(kind, key, field, field, getattr(document, field)) for field in wrong])


def _unheard(document: object, menus: Menus) -> None:
    """Raises `DocumentsRefused` for a menu that cannot lead calls, with every fault and its place."""
    if type(document) is MenuDocument:
        try:
            load.menu(document.name, document.data, menus.known())
        except MenuError as wrong:
            found = [Finding("menus", document.name, one.place, one.code, one.value) for one in wrong.findings]
            raise DocumentsRefused(found) from wrong


def _misspelt(document: object, kind: str, key: str, one_form: Callable[[str], str]) -> None:
    """Raises `DocumentsRefused` for a number that no call would be known by, since calls have it in one form."""
    match document:
        case Line(number=number, diverted_from=diverted_from):
            numbers = {"number": number, "diverted_from": diverted_from}
        case Mark(number=number) | OptOut(number=number) | Contact(number=number):
            numbers = {"number": number}
        case _:
            return
    forms = {field: one_form(given) for field, given in numbers.items()}
    if wrong := [
        Finding(kind, key, field, "spelling", form) for field, form in forms.items() if form != numbers[field]
    ]:
        raise DocumentsRefused(wrong)


def _at_home(document: object, kind: str, key: str, home_code: str) -> None:
    """Raises `DocumentsRefused` for a destination that names our own country: no number is kept so."""
    if home_code and isinstance(document, Destination) and country_code(document.pattern) == home_code:
        raise DocumentsRefused([Finding(kind, key, "pattern", "home", document.pattern)])


def _nowhere_outside(document: object) -> None:
    """Raises `Problem` for a document that sends citizens to a number outside, where no trunk leads there."""
    if not isinstance(document, Queue):
        return
    errors = [
        FieldError(
            name,
            "尚未设置外呼中继，不能转到其他号码。请改为留言、回电或其他队列；"
            "需要转接时，请先设置外呼中继 HOTLINE_TRUNK_OUT。",
            "There is no outgoing trunk, so nobody can be sent to a number: choose a message, a call-back or a queue, "
            "or set HOTLINE_TRUNK_OUT first.",
        )
        for name in OVERFLOWS
        if getattr(document, name).kind is OverflowKind.NUMBER
    ]
    if errors:
        raise _bad(errors)


def _bad(errors: list[FieldError]) -> Problem:
    return Problem(
        422,
        "bad-document",
        "没有保存：请按各项提示修改后再保存。",
        "Not saved: correct the fields named and save again.",
        errors=errors,
    )


def _refused(refused: DocumentsRefused, kind: str, key: str) -> Problem:
    return _bad([findings.error(one, kind, key) for one in refused.findings])


def _needed(refused: DocumentsRefused) -> Problem:
    errors = [findings.error(one, one.kind, one.key) for one in refused.findings]
    return Problem(
        409,
        "document-needed",
        "没有删除：" + " ".join(dict.fromkeys(error.zh for error in errors)),
        "Not removed: " + " ".join(dict.fromkeys(error.en for error in errors)),
        errors=errors,
    )


def _stale(stale: StaleDocument, current: DocumentJson | None) -> Problem:
    if current is None:
        zh, en = "打开之后已被别人删除。", "somebody has removed it since you opened it."
    elif not stale.expected:
        zh, en = "已经有同一代号的一项。", "there is one with the same name already."
    else:
        zh = f"打开之后已被 {current['changed_by']} 修改。"
        en = f"{current['changed_by']} has changed it since you opened it."
    return Problem(
        409,
        "stale-document",
        f"没有保存：{zh}请核对最新内容后再保存。",
        f"Not saved: {en} Look at how it stands now and save again.",
        more={"current": current},
    )


def _unread() -> Problem:
    return Problem(
        503,
        "saved-not-shown",
        "已保存并生效，但数据库暂时无法读取，看不到最新内容。请稍后刷新页面，不必重新填写。",
        "Saved and in force, but the database cannot be read right now: reload in a moment; do not fill it in again.",
    )


def _later() -> Problem:
    return Problem(
        503,
        "saved-not-in-force",
        "已保存，但数据库或磁盘暂时出错，来电还按原来的走；恢复后会自动生效，不必再保存。请告知管理员。",
        "Saved, but database or disk do not serve right now, and calls go by the former one; it will be in force by "
        "itself when they do. Do not save again; tell whoever keeps the machine.",
    )


def _no_such(unknown: NoSuchDocument) -> Problem:
    asked = f"{unknown.kind}/{unknown.key}"[:96]
    return Problem(
        404,
        "no-such-document",
        f"没有 {asked}，可能已被删除。请刷新列表。",
        f"There is no {asked}; it may have been removed. Reload the list.",
    )
