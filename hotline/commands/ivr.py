"""Menus: check them, draw them, walk them without a telephone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from agi.configuration import Layout
from hotline import spoken
from hotline.literal import literal
from hotline.options import load as settings_as_run
from hotline.places import city
from hotline.terminal import Json, opened, out, show_json
from ivr import check as rules
from ivr import drawing, engine, load, shipped
from ivr.check import KEYS, Known
from ivr.document import MenuDocument
from ivr.load import MenuError
from ivr.menu import Menu as Model
from ivr.prompt import spoken_name

app = typer.Typer(help="Menus: check them, draw them, walk them. 语音菜单。", no_args_is_help=True)

Menus = Annotated[list[str] | None, typer.Argument(help="Names of menus, or TOML files.", metavar="[MENU]...")]
Menu = Annotated[str, typer.Argument(help="The name of a menu, or a TOML file.", metavar="MENU")]
YES = frozenset({"", "y", "yes", "是"})


@app.command()
def check(menus: Menus = None, as_json: Json = False) -> None:
    """Every fault with its place; exit status 1 where there is one. Without a name all menus that there are."""
    known, there, _ = _here()
    found: dict[str, list[rules.Finding]] = {}
    for name in menus or there:
        try:
            read, wrong = _read(name, there, known)
            found[read.name] = wrong
        except MenuError as unreadable:
            found[Path(name).stem] = list(unreadable.findings)
    if as_json:
        items = [
            {"menu": name, "place": one.place, "code": one.code, "value": one.value, "text": str(one)}
            for name, many in found.items()
            for one in many
        ]
        show_json({"items": items})
    else:
        for name, many in found.items():
            _tell(f"{name}:" if many else f"{name}: no fault")
            for one in many:
                _tell(f"  {one}")
    if any(found.values()):
        raise typer.Exit(1)


@app.command()
def draw(menu: Menu) -> None:
    """An SVG picture on stdout, faults in red."""
    known, there, words = _here()
    drawn, wrong = _read(menu, there, known)
    faults = {one.node: str(one) for one in reversed(wrong)}
    lost = {one.node for one in wrong if one.code == "unreached"}
    typer.echo(drawing.svg(drawn, faults, lost=lost, words=words))


@app.command(name="try")
def walk(menu: Menu) -> None:
    """Walk a menu in the terminal: it prints what the citizen hears, and you type the keys that he presses."""
    known, there, words = _here()
    walked, wrong = _read(menu, there, known)
    if wrong:
        raise MenuError(walked.name, wrong)
    steps = engine.walk(walked)
    try:
        step = next(steps)
        while True:
            step = steps.send(_answer(step, words))
    except StopIteration as over:
        _tell(f"→ {_end(over.value)}")


def _answer(step: engine.Step, words: Mapping[str, str]) -> str:
    match step:
        case engine.Say(at=at, prompts=prompts):
            for prompt in prompts:
                _tell(f"[{at}] {words.get(prompt, prompt) if prompt else '(greeting of the line)'}")
            return _key()
        case engine.Collect(at=at, prompt=prompt):
            _tell(f"[{at}] {words.get(prompt, prompt)}")
            return "".join(one for one in _asked("digits") if one.isdecimal())
        case engine.Look(at=at, queue=queue):
            open_now = _asked(f"[{at}] is {queue or 'the queue of the line'} open? Y/n").lower() in YES
            return "open" if open_now else "closed"
        case engine.Find(at=at, digits=digits):
            return _asked(f"[{at}] the prompt for case {digits} (none: Enter)")
        case engine.Speak(at=at, language=language):
            _tell(f"[{at}] from here on in {language}")
        case engine.Note(at=at, question=question, key=key):
            _tell(f"[{at}] {question} = {key}")
    return ""


def _tell(text: str) -> None:
    """One line, however long: what it says may be looked for by a program."""
    out.print(literal(text), soft_wrap=True)


def _key() -> str:
    """One key of a telephone, or "" for none; asked again where it is neither."""
    while (key := _asked("key (none: Enter)")) and not (len(key) == 1 and key in KEYS):
        _tell(f"{key!r} is no key of a telephone: 0-9, * or #")
    return key


def _asked(question: str) -> str:
    return str(typer.prompt(question, default="", show_default=False)).strip()


def _end(end: Any) -> str:
    match end:
        case engine.Wait(queue=queue, urgent=urgent):
            return f"waits for a person in {queue or 'the queue of the line'}{', urgent' if urgent else ''}"
        case engine.Record():
            return "leaves a message"
        case engine.Forward(number=number):
            return f"is put through to {number}"
        case engine.AskCallBack():
            return "is offered to be called back"
        case _:
            return "the call is over"


def _read(menu: str, there: Mapping[str, MenuDocument], known: Known) -> tuple[Model, list[rules.Finding]]:
    """The menu that is meant, as far as it can be read, and all its faults; raises `MenuError` where there is none."""
    if menu.endswith(".toml"):
        path = Path(menu)
        return load.looked_at(path.stem, load.data(path), known)
    if menu not in there:
        names = ", ".join(there)
        raise MenuError(menu, [rules.Finding("", "unreadable", f"it is no file and none of these: {names}")])
    return load.looked_at(menu, there[menu].data, known)


def _here() -> tuple[Known, Mapping[str, MenuDocument], Mapping[str, str]]:
    """What the menus of this HOME may name, those that lead its calls, and the prompts with what they say.

    Where there is no HOME yet: of the demo city that it will begin with.
    """
    settings = settings_as_run()
    menus, words = dict(shipped.documents()), dict(spoken.prompts())
    if settings.founded:
        with opened(settings) as store:
            policy = store.policy()
            menus |= {document.name: document for document, _ in store.menus()}
            own = spoken.own(store.documents("prompts"), Layout(settings.home).prompts)
            words |= {name: one.text for name, one in own.items() if not spoken_name(name)[1]}
    else:
        policy = city().policy
    return Known(words, frozenset(policy.queues), bool(settings.trunk_out), policy.unfit), menus, words
