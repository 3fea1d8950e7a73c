"""Texts to citizens: what became of each, the words they are made of, and sending one of which nobody knows again.

Templates and opt-outs are documents: they are written at `/policy/texts` and `/policy/optouts`.
"""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, StringConstraints
from typing_extensions import TypedDict

from agent_console import findings
from agent_console.api.lists import Cursor, Limit
from agent_console.audit import origin
from agent_console.parts import API, Console
from agent_console.problems import Problem, speaks_english
from agent_console.session import SignedIn
from agent_console.shapes.papers import DocumentJson
from agent_console.views.times import Times
from cases.texts import NoSuchText, NotAgain, Text, TextKind, TextState
from cases.wording import EXAMPLES, SEGMENTS_MAX, Template, faults, fill, measure
from routing.check import Finding

log = logging.getLogger(__name__)

WORDS_MAX = 2000

Words = Annotated[str, StringConstraints(strict=True, max_length=WORDS_MAX)]


class TextJson(TypedDict):
    id: str
    kind: str
    subject: str
    caller: str
    at: str
    state: str
    reason: str
    detail: str
    attempts: int
    words: str
    due_at: str
    handed_at: str | None
    settled_at: str | None


class TextsJson(TypedDict):
    """`sends`: whether there is an account of a provider; without, what waits goes on waiting. `counts`: by state."""

    items: list[TextJson]
    next: str | None
    sends: bool
    counts: dict[str, int]


class PreviewJson(TypedDict):
    """`words`: with the examples in place; `errors`: what is wrong, in the language of who asked."""

    words: str
    characters: int
    alphabet: str
    segments: int
    segments_max: int
    errors: list[str]


class TemplatesJson(TypedDict):
    """`placeholders`: kind of text -> those that may stand in it, each with its example."""

    items: list[DocumentJson]
    placeholders: dict[str, dict[str, str]]


class Draft(BaseModel):
    name: TextKind
    words: Words


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/texts", tags=["texts"])
    need, store, papers = console.gate.need, console.store, console.papers

    @routes.get("")
    async def texts(
        who: Annotated[SignedIn, Depends(need("texts"))],
        state: TextState | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> TextsJson:
        """Newest first, of one state or of all."""
        page = await store.read(store.texts, state, cursor, limit)
        counts = await store.read(store.text_counts)
        return {
            "items": [_shown(one, papers) for one in page.items],
            "next": page.next,
            "sends": console.sends_texts,
            "counts": {one.value: counts.get(one, 0) for one in TextState},
        }

    @routes.get("/templates")
    async def templates(who: Annotated[SignedIn, Depends(need("texts"))]) -> TemplatesJson:
        """One of each kind; with version 0 as it was shipped."""
        stored = await store.read(store.text_templates)
        return {
            "items": [papers.document(one) for one in stored],
            "placeholders": {kind.value: dict(examples) for kind, examples in EXAMPLES.items()},
        }

    @routes.post("/preview")
    async def preview(given: Draft, request: Request, who: Annotated[SignedIn, Depends(need("texts"))]) -> PreviewJson:
        """How a text of these words would look to a citizen, and how long it would be."""
        words = fill(given.words, EXAMPLES[given.name])
        length = measure(words)
        return {
            "words": words,
            "characters": length.characters,
            "alphabet": length.alphabet,
            "segments": length.segments,
            "segments_max": SEGMENTS_MAX,
            "errors": [_told(one.code, one.value, request) for one in faults(Template(given.name, given.words))],
        }

    @routes.post("/{text_id}/resend")
    async def resend(
        text_id: str, request: Request, who: Annotated[SignedIn, Depends(need("texts/resend"))]
    ) -> TextJson:
        """Once more, though the citizen may get it twice: only where it is unknown whether it came, or it failed."""
        login = who.account.login
        try:
            text = await store.write(store.resend_text, text_id, who=login, origin=origin(request), at=console.clock())
        except NoSuchText as unknown:
            raise Problem(
                404, "no-such-text", "没有这条短信，请刷新列表。", "There is no such text: reload the list."
            ) from unknown
        except NotAgain as not_again:
            raise Problem(
                409,
                "not-again",
                "没有重发：只有结果不明或发送失败的短信可以重发。请刷新列表查看最新状态。",
                "Not sent again: only a text that failed, or of which nobody knows, can be. Reload the list.",
                more={"current": _shown(not_again.current, papers)},
            ) from not_again
        log.info("text %s is sent again by the word of %s", text_id, login)
        return _shown(text, papers)

    return routes


def _told(code: str, value: str, request: Request) -> str:
    error = findings.error(Finding("texts", "", "words", code, value), "texts", "")
    return error.en if speaks_english(request) else error.zh


def _shown(text: Text, times: Times) -> TextJson:
    return {
        "id": text.id,
        "kind": text.kind.value,
        "subject": text.subject,
        "caller": text.caller,
        "at": times.time(text.at),
        "state": text.state.value,
        "reason": text.reason,
        "detail": text.detail,
        "attempts": text.attempts,
        "words": text.words,
        "due_at": times.time(text.due_at),
        "handed_at": times.maybe(text.handed_at),
        "settled_at": times.maybe(text.settled_at),
    }
