"""The command `hotline`: run it, look at it, call it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import typer

COMMANDS: Final = {
    "run": ("up", "down", "status", "asterisk"),
    "call": ("call",),
    "look": ("calls", "cases", "messages", "wallboard", "verify"),
    "keep": ("backup", "restore", "doctor", "token"),
    "roster": ("roster",),
    "simulate": ("simulate",),
    "transcribe": ("transcribe",),
    "desk_phone": ("desk-phone",),
    "ivr": ("ivr",),
}
"""The modules of `hotline.commands`, and what is in them. Only that of the command is loaded: together they take a
second. The last two are words of their own, with commands behind them."""
WORDS: Final = ("desk-phone", "ivr")


def build(asked: Sequence[str]) -> typer.Typer:
    """The command line with the module of the command that is asked for, or with all of them where it is none."""
    app = typer.Typer(
        name="hotline",
        help="Hotline 12345: a city's call centre. 市长热线。",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    wanted = [module for module, names in COMMANDS.items() if asked and asked[0] in names]
    for module in wanted or COMMANDS:
        (word, *_) = COMMANDS[module]
        commands: typer.Typer = import_module(f"hotline.commands.{module}").app
        app.add_typer(commands, name=word if word in WORDS else None)
    return app


def main() -> None:
    """The entry point: what a person can do wrong ends in one sentence and status 2."""
    try:
        build(sys.argv[1:])()
    except Exception as wrong:
        faults, terminal = import_module("hotline.faults"), import_module("hotline.terminal")
        if not isinstance(wrong, faults.FAULTS):
            raise
        terminal.fail(str(wrong))


if __name__ == "__main__":
    main()
