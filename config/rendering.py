"""Configuration files of other programs, from templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape


def templates(folder: Traversable, **guards: Callable[..., str]) -> Environment:
    """The templates in `folder`, with `guards` as filters: every value passes through one before it stands in a file.

    A name that is not given is an error, not an empty string.
    """
    environment = Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=select_autoescape(),  # only what is named as HTML, and none of ours is: the guards refuse instead
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        lstrip_blocks=True,
    )
    environment.filters.update(guards)
    return environment


def render(environment: Environment, name: str, target: Path, values: Mapping[str, object]) -> bool:
    """Write the template `name` to `target`, for our own eyes; whether it is another text than the one before.

    Whoever reads the file meanwhile finds the old or the new one, whole.
    """
    text = environment.get_template(name).render(values)
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return False
    fresh = target.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o600)
    fresh.replace(target)
    return True
