"""Voice menus: those that lead calls and those that are drafted, and what a draft looks like before it is published.

Menus and drafts are documents: they are written at `/policy/menus` and `/policy/drafts`, their history is told by
`/policy-changes`. A menu that nobody has written yet is the one that is shipped, of version 0.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, StringConstraints
from typing_extensions import TypedDict

from agent_console import findings
from agent_console.parts import API, Console
from agent_console.problems import speaks_english
from agent_console.session import SignedIn
from agent_console.shapes.papers import DocumentJson
from ivr import check, drawing, load, shipped
from routing.check import Finding
from routing.documents import StoredDocument

TEXT_MAX = 2000
LISTED_MAX = 200

Text = Annotated[str, StringConstraints(strict=True, max_length=TEXT_MAX)]


class MenuJson(TypedDict):
    """`stands`: as calls begin with it, null for one that is only drafted; `lines`: the numbers that go by it.

    `shipped`: whether there is one of this name to go back to.
    """

    name: str
    stands: DocumentJson | None
    draft: DocumentJson | None
    shipped: bool
    lines: list[str]


class PromptJson(TypedDict):
    name: str
    text: str


class MenusJson(TypedDict):
    """`usual`: the menu of a line that names none; `outside`: whether a trunk leads to other platforms' numbers."""

    items: list[MenuJson]
    prompts: list[PromptJson]
    usual: str
    outside: bool


class FaultJson(TypedDict):
    """`node`: the one that it concerns, empty for the menu as a whole; `place`: as in `nodes.hello.keys.1`."""

    place: str
    node: str
    text: str


class LookJson(TypedDict):
    """`picture`: SVG; each node is a group with its name as `data-node`."""

    faults: list[FaultJson]
    picture: str


class Sketch(BaseModel):
    name: Text
    title: Text
    purpose: Text
    start: Text
    nodes: dict[str, Any]


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/menus", tags=["menus"])
    need, store, papers = console.gate.need, console.store, console.papers

    @routes.get("")
    async def menus(who: Annotated[SignedIn, Depends(need("menus"))]) -> MenusJson:
        """All there are, those shipped first."""
        own = {one.key: one for one in (await store.read(store.document_page, "menus", "", None, LISTED_MAX)).items}
        drafts = {one.key: one for one in (await store.read(store.document_page, "drafts", "", None, LISTED_MAX)).items}
        there = {name: _as_stored(name) for name in shipped.documents()} | own
        lines = console.gateway.snapshot().policy.lines.values()

        def shown(name: str) -> MenuJson:
            return {
                "name": name,
                "stands": papers.document(there[name]) if name in there else None,
                "draft": papers.document(drafts[name]) if name in drafts else None,
                "shipped": name in shipped.documents(),
                "lines": [one.number for one in lines if name in (one.menu or shipped.USUAL, one.survey)],
            }

        known = console.menus.known()
        return {
            "items": [shown(name) for name in dict.fromkeys([*there, *drafts])],
            "prompts": [{"name": name, "text": one.text} for name, one in console.prompts.items()],
            "usual": shipped.USUAL,
            "outside": known.outside,
        }

    @routes.post("/look")
    async def look(given: Sketch, request: Request, who: Annotated[SignedIn, Depends(need("menus"))]) -> LookJson:
        """What is wrong with a menu, and its picture; nothing is saved."""
        data = {"title": given.title, "purpose": given.purpose, "start": given.start, "nodes": given.nodes}
        words = {name: one.text for name, one in console.prompts.items()}
        queues = {one.name: one.title for one in console.gateway.snapshot().policy.queues.values()}
        terms = drawing.ENGLISH if speaks_english(request) else drawing.CHINESE

        def drawn() -> LookJson:
            menu, wrong = load.looked_at(given.name, data, console.menus.known())
            if not given.title.strip():
                wrong = [check.Finding("title", "missing"), *wrong]
            told = _told(wrong, request)
            faults = {fault["node"]: fault["text"] for fault in reversed(told)}
            lost = {one.node for one in wrong if one.code == "unreached"}
            if not menu.nodes:
                return {"faults": told, "picture": ""}
            picture = drawing.svg(menu, faults, lost=lost, words=words, queues=queues, terms=terms, styled=False)
            return {"faults": told, "picture": picture}

        return await asyncio.to_thread(drawn)  # a large one takes its time, which the calls need

    return routes


def _as_stored(name: str) -> StoredDocument:
    data: Mapping[str, Any] = asdict(shipped.documents()[name])
    return StoredDocument("menus", name, 0, 0.0, "hotline", data)


def _told(wrong: list[check.Finding], request: Request) -> list[FaultJson]:
    english = speaks_english(request)
    errors = [findings.error(Finding("menus", "", one.place, one.code, one.value), "menus", "") for one in wrong]
    return [
        {"place": one.place, "node": one.node, "text": error.en if english else error.zh}
        for one, error in zip(wrong, errors, strict=True)
    ]
