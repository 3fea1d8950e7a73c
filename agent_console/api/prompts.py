"""The library of prompts: what each says, how long it is, where it is used, and its sound."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse
from typing_extensions import TypedDict

from agent_console.parts import Console
from agent_console.problems import Problem
from agent_console.session import SignedIn
from ivr import shipped
from ivr.document import MenuDocument
from routing.policy import Policy


class UseJson(TypedDict):
    """A document that names the prompt."""

    kind: str
    key: str
    title: str


class LibraryJson(TypedDict):
    """`text`: as it is spoken, "" where nobody has written that down; `voice`: of the speech model, or "".

    `version`: the first digits of the sound's SHA-256. `used`: what names it; one that nothing names may be spoken by
    the program itself.
    """

    name: str
    text: str
    voice: str
    seconds: float
    version: str
    url: str
    used: list[UseJson]


class LibrariesJson(TypedDict):
    items: list[LibraryJson]


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix="/prompts", tags=["prompts"])
    need, store = console.gate.need, console.store

    @routes.get("")
    async def prompts(who: Annotated[SignedIn, Depends(need("prompts"))]) -> LibrariesJson:
        """All there are, by name."""
        menus = {**shipped.documents(), **{one.name: one for one, _ in await store.read(store.menus)}}
        used: dict[str, list[UseJson]] = {}
        for prompt, use in _uses(console.gateway.snapshot().policy, menus.values()):
            if use not in used.setdefault(prompt, []):
                used[prompt].append(use)
        return {
            "items": [
                {
                    "name": name,
                    "text": one.text,
                    "voice": one.voice,
                    "seconds": round(one.seconds, 1),
                    "version": one.version,
                    "url": f"/api/v1/prompts/{name}/sound",
                    "used": used.get(name, []),
                }
                for name, one in console.prompts.items()
            ]
        }

    @routes.get("/{name}/sound")
    async def sound(name: str, who: Annotated[SignedIn, Depends(need("prompts"))]) -> FileResponse:
        """As callers hear it, WAV."""
        one = console.prompts.get(name)
        if one is None:
            raise Problem(
                404,
                "no-such-prompt",
                f"没有名为 {name[:64]} 的提示音。请刷新列表。",
                f"There is no prompt {name[:64]}.",
            )
        return FileResponse(one.file, media_type="audio/wav")

    return routes


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
