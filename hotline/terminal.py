"""How the commands speak: tables and sentences for a person, JSON for a program."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from config.settings import Settings
from hotline.literal import as_json as printable
from hotline.literal import literal
from routing.records import Act, AuditEntry

if TYPE_CHECKING:
    from storage.store import Store

out, err = Console(markup=False), Console(stderr=True, markup=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Columns = dict[str, Callable[[dict[str, Any]], str]]


def fail(message: str) -> NoReturn:
    """End with what the person did wrong, or what the machine lacks, in one sentence; status 2."""
    err.print(literal(message, "bold red"))
    raise SystemExit(2)


def show_json(value: Any) -> None:
    typer.echo(printable(value))


WHOLE = (
    *("time", "from", "number", "case", "SIP user", "SIP secret", "page's password"),
    *("kind", "state", "due", "length", "tries", "line", "outcome", "by", "wait", "talk"),
)
"""Columns of what people copy, which broken over two lines would be taken for two; and of single short words."""

FOLDED = 12
"""So wide a column of free words is at least, in cells of the terminal."""


def show_list(items: list[dict[str, Any]], as_json: bool, title: str, columns: Columns) -> None:
    if as_json:
        show_json({"items": items})
        return
    rows = [[literal(show(item)) for show in columns.values()] for item in items]
    if _needed(columns, rows) > out.width:
        out.print(title)
        for row in rows:
            record = Table.grid(padding=(0, 2, 0, 0))
            for column, cell in zip(columns, row, strict=True):
                record.add_row(column, cell)
            out.print()
            out.print(record)
        return
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in WHOLE)
    for row in rows:
        table.add_row(*row)
    out.print(table)


def _needed(columns: Columns, rows: list[list[Text]]) -> int:
    """So wide a terminal must be that nothing is cut: what may be folded is given `FOLDED` at least."""
    widths = [max(cell_len(column), *(row[at].cell_len for row in rows), 0) for at, column in enumerate(columns)]
    kept = zip(columns, widths, strict=True)
    return sum(2 + (width if column in WHOLE else min(width, FOLDED)) for column, width in kept)


def me() -> str:
    """Who is at the command line, known by his uid."""
    return f"uid {os.getuid()}"


def by_hand(act: Act, subject: str, detail: str) -> AuditEntry:
    """For the audit: what the one at the command line did."""
    return AuditEntry(time.time(), me(), act, subject, "command line", detail)


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The store of the hotline in HOME; fails where there is none."""
    if not settings.founded:
        fail(f"There is no hotline in {settings.home}. `hotline up` makes one; HOTLINE_HOME names another.")
    from storage.store import Store  # noqa: PLC0415 - half a second, which other commands need not wait for

    store = Store.open(settings.database, timezone=settings.zone)
    try:
        yield store
    finally:
        store.close()
