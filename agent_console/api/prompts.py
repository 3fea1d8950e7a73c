"""The library of prompts: what each says, how long it is, where it is used, and its sound."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse
from typing_extensions import TypedDict

from agent_console.parts import API, Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from agent_console.shapes.papers import DocumentJson
from ivr import shipped
from ivr.document import MenuDocument
from ivr.prompt import spoken_name
from routing.policy import Policy


class UseJson(TypedDict):
    """A document that names the prompt."""

    kind: str
    key: str
    title: str


class LibraryJson(TypedDict):
    """`name`: NAME, or NAME.LANGUAGE for the same in another language.

    `text`: as it is spoken, "" where nobody has written that down; `voice`: of the speech model, or "".
    `version`: the first digits of the sound's SHA-256. `used`: what names it; one that nothing names may be spoken by
    the program itself. `shipped`: there is one to go back to. `stored`: the city's own as it is kept, null for one that
    is shipped.
    """

    name: str
    text: str
    voice: str
    seconds: float
    version: str
    url: str
    used: list[UseJson]
    shipped: bool
    stored: DocumentJson | None


class LibrariesJson(TypedDict):
    """`voices`: those by which a text can be spoken on this machine, the usual one first."""

    items: list[LibraryJson]
    voices: list[str]


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/prompts", tags=["prompts"])
    need, store, papers = console.gate.need, console.store, console.papers

    @routes.get("")
    async def prompts(who: Annotated[SignedIn, Depends(need("prompts"))]) -> LibrariesJson:
        """All there are, by name."""
        used = await uses(console)
        there = sorted([*console.prompts.items(), *console.prompts.in_languages.items()])
        own = await store.read(store.documents_named, "prompts", [name for name, one in there if one.own])
        return {
            "items": [
                {
                    "name": name,
                    "text": one.text,
                    "voice": one.voice,
                    "seconds": round(one.seconds, 1),
                    "version": one.version,
                    "url": f"/api/v1/prompts/{name}/sound",
                    "used": used.get(spoken_name(name)[0], []),
                    "shipped": one.shipped,
                    "stored": papers.document(own[name]) if name in own else None,
                }
                for name, one in there
            ],
            "voices": list(console.studio.voices),
        }

    @routes.get("/{name}/sound")
    async def sound(name: str, who: Annotated[SignedIn, Depends(need("prompts"))]) -> FileResponse:
        """As callers hear it, WAV."""
        library = console.prompts
        if name in library.in_languages:
            one = library.in_languages[name]
        elif name in library:
            one = library[name]
        else:
            raise Problem(
                404,
                "no-such-prompt",
                f"没有名为 {name[:64]} 的提示音。请刷新列表。",
                f"There is no prompt {name[:64]}.",
            )
        return FileResponse(one.file, media_type="audio/wav")

    return routes


async def uses(console: Console) -> dict[str, list[UseJson]]:
    """Prompt -> the documents that name it."""
    store = console.store
    menus = {**shipped.documents(), **{one.name: one for one, _ in await store.read(store.menus)}}
    used: dict[str, list[UseJson]] = {}
    for prompt, use in _uses(console.gateway.snapshot().policy, menus.values()):
        if use not in used.setdefault(prompt, []):
            used[prompt].append(use)
    return used


def _uses(policy: Policy, menus: Iterable[MenuDocument]) -> Iterable[tuple[str, UseJson]]:
    for line in policy.lines.values():
        yield line.greeting, {"kind": "lines", "key": line.number, "title": line.title}
    for queue in policy.queues.values():
        for prompt in queue.comfort:
            yield prompt, {"kind": "queues", "key": queue.name, "title": queue.title}
    for notice in policy.notices.values():
        for prompt in notice.prompts:
            yield prompt, {"kind": "notices", "key": notice.id, "title": notice.text}
    for menu in menus:
        for node in menu.nodes.values():
            for field in ("prompt", "again"):
                if prompt := str(node.get(field, "")):
                    yield prompt, {"kind": "menus", "key": menu.name, "title": menu.title}
