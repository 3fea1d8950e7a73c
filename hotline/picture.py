"""The wallboard as it is drawn: from what is known to lines of text, calm enough to be looked at all night."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from rich.align import Align
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hotline.board import Board, Link, Value, instant
from hotline.literal import literal

WAIT_S = (20.0, 60.0)
"""From when on a wait is shown yellow, and red."""
QUEUE = (1, 5)
"""How many waiting citizens are shown yellow, and red."""
PAUSE_S = (600.0, 1800.0)
"""From when on a pause is shown yellow, and red."""
CALM, WARNING, ALARM = "green", "yellow", "bold red"

STATES = {
    "ready": ("就绪", "ready", "green"),
    "ringing": ("振铃", "ringing", "bold yellow"),
    "talking": ("通话", "talking", "cyan"),
    "wrap_up": ("话后", "wrap-up", "blue"),
    "paused": ("小休", "paused", "dim"),
}
LINKS = {
    Link.CONNECTING: ("正在连接", "connecting", WARNING),
    Link.OPEN: ("已连接", "live", CALM),
    Link.LOST: ("连接中断，正在重连", "connection lost, reconnecting", ALARM),
}

GLYPHS = {
    "0": "### #.# #.# #.# ###",
    "1": ".#. ##. .#. .#. ###",
    "2": "### ..# ### #.. ###",
    "3": "### ..# ### ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ### ..# ###",
    "6": "### #.. ### #.# ###",
    "7": "### ..# ..# ..# ..#",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ###",
    ":": ". # . # .",
    "-": "... ... ### ... ...",
}
"""Digits of three by five dots; two dots above each other are one character."""
HALVES = {("#", "#"): "█", ("#", "."): "▀", (".", "#"): "▄", (".", "."): " "}
BIG_ROWS = 3

HEAD_ROWS = 3
QUEUE_HEAD_ROWS = 2
LIST_HEAD_ROWS = 2
LIST_LEAST_ROWS = 6
CALLS_WIDTH = 32
OPERATOR_WIDTH = 44


def picture(board: Board, now: float, zone: ZoneInfo, width: int, height: int) -> RenderableType:
    """The whole board in `height` lines of `width` cells. `now`: seconds since 1970 UTC by our clock."""
    at = now + board.ahead_s
    queues = list(board.queues.values())
    rows = height - HEAD_ROWS - QUEUE_HEAD_ROWS - LIST_HEAD_ROWS
    big = BIG_ROWS * len(queues) < rows - LIST_LEAST_ROWS
    fit = len(queues) if big else max(1, rows - LIST_LEAST_ROWS - 1)
    shown = queues if len(queues) <= fit else queues[: fit - 1]
    under = Text() if len(shown) == len(queues) else _more(len(queues) - len(shown), "队列")
    rows -= (BIG_ROWS if big else 1) * len(shown) + 1
    return Group(_head(board, at, zone), _queues(board, shown, at, big), under, _lists(board, at, width, max(1, rows)))


# -- the head ----------------------------------------------------------------------------------------------------------


def _head(board: Board, at: float, zone: ZoneInfo) -> RenderableType:
    """Who we are, what time it is, and whether what stands below can be believed."""
    title = Table.grid(expand=True)
    title.add_column(no_wrap=True)
    title.add_column(justify="right", no_wrap=True)
    clock = f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S}" if board.seq is not None else ""
    title.add_row(Text.assemble(("市长热线 12345", "bold"), ("  Hotline 12345", "dim")), Text(clock, "bold"))
    lamps = Text(no_wrap=True, overflow="ellipsis")
    lamps.append_text(_lamp(*LINKS[board.link]))
    if board.link is Link.LOST:  # what else was known of the line may be over
        lamps.append_text(literal(board.why, "dim"))
    elif board.seq is not None:
        up = ("电话正常", "telephony", CALM) if board.telephony else ("电话中断", "telephony down", ALARM)
        lamps.append_text(_lamp(*up))
        count = board.messages_open
        lamps.append_text(_lamp(f"留言 {count}", "messages", WARNING if count else CALM))
    return Group(title, lamps, Text())


def _lamp(zh: str, en: str, style: str) -> Text:
    return Text.assemble(("● ", style), (zh, style), (f" {en}   ", "dim"))


# -- the queues --------------------------------------------------------------------------------------------------------


def _queues(board: Board, queues: Sequence[Value], at: float, big: bool) -> RenderableType:
    table = Table.grid(expand=True, padding=(0, 3, 0, 0))
    titles = (
        ("队列", "queue"),
        ("等待", "waiting"),
        ("最长等待", "longest"),
        ("就绪", "ready"),
        ("通话", "talking"),
        ("小休", "paused"),
    )
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    for _ in titles[1:]:
        table.add_column(justify="right", no_wrap=True)
    table.add_row(*(Text.assemble((zh, "bold"), "\n", (en, "dim")) for zh, en in titles))
    for queue in queues:
        since = queue["longest_since"]
        waits_s = None if since is None else max(0.0, at - instant(since))
        crew = [one for one in board.operators.values() if queue["name"] in one["queues"]]
        paused = sum(one["state"] == "paused" for one in crew)
        nobody = queue["waiting"] > 0 and not queue["ready"]
        figures = (
            (str(queue["waiting"]), _level(queue["waiting"], QUEUE)),
            ("-:--" if waits_s is None else spell(waits_s), "dim" if waits_s is None else _level(waits_s, WAIT_S)),
            (str(queue["ready"]), WARNING if nobody else CALM),
            (str(queue["talking"]), "cyan"),
            (str(paused), "dim"),
        )
        table.add_row(
            literal(queue["title"], "bold"),
            *(Align.right(_big(text, style)) if big else Text(text, style) for text, style in figures),
        )
    return _faded(table, board)


def _big(text: str, style: str) -> Text:
    """`text` three lines high."""
    rows: list[str] = []
    for upper in range(0, 2 * BIG_ROWS, 2):
        signs = []
        for sign in text:
            dots = [*GLYPHS[sign].split(), "." * 3]
            signs.append("".join(HALVES[pair] for pair in zip(dots[upper], dots[upper + 1], strict=False)))
        rows.append(" ".join(signs))
    return Text("\n".join(rows), style, justify="left")


# -- the lists ---------------------------------------------------------------------------------------------------------


def _lists(board: Board, at: float, width: int, rows: int) -> RenderableType:
    """Operators on the left, in as many columns as there is room for; citizens who wait on the right."""
    columns = max(1, (width - CALLS_WIDTH) // OPERATOR_WIDTH)
    table = Table.grid(expand=True, padding=(0, 2, 0, 0))
    table.add_column(ratio=1)
    table.add_column(width=CALLS_WIDTH - 2)
    waiting = sum(call["state"] == "waiting" for call in board.calls.values())
    table.add_row(
        _title("话务员", "operators", len(board.operators)),
        _title("等待的市民", "waiting", waiting),
    )
    table.add_row(_operators(board, at, rows, columns), _waiting(board, at, rows))
    return _faded(table, board)


def _title(zh: str, en: str, count: int) -> Text:
    return Text.assemble((zh, "bold"), (f" {en} ", "dim"), (str(count), "bold"), "\n")


def _operators(board: Board, at: float, rows: int, columns: int) -> RenderableType:
    crew = sorted(board.operators.values(), key=lambda one: str(one["login"]))
    if not crew:
        return Text("无人签入 nobody is signed in", WARNING) if board.seq is not None else Text()
    fits = rows * columns
    shown = crew if len(crew) <= fits else crew[: fits - 1]
    table = Table.grid(expand=True, padding=(0, 1, 0, 0))
    for _ in range(columns):
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column(width=7, no_wrap=True, overflow="ellipsis")
        table.add_column(width=12, no_wrap=True)
        table.add_column(width=9, justify="right", no_wrap=True)
    cells = [_operator(one, at) for one in shown]
    if len(shown) < len(crew):
        cells.append((_more(len(crew) - len(shown), "人"), Text(), Text(), Text()))
    for row in range(min(rows, len(cells))):
        table.add_row(*chain.from_iterable(cells[row::rows]))
    return table


def _operator(operator: Value, at: float) -> tuple[Text, Text, Text, Text]:
    zh, en, style = STATES.get(operator["state"], (operator["state"], "", ""))
    for_s = max(0.0, at - instant(operator["since"]))
    if operator["state"] == "paused" and for_s >= PAUSE_S[0]:
        style = _level(for_s, PAUSE_S)
    beside = (f" {en}", "dim") if operator["phone"] else (" 无电话", ALARM)
    return (
        literal(operator["name"]),
        literal(operator["login"], "dim"),
        Text.assemble((zh, style), beside),
        Text(spell(for_s) + " ", style),
    )


def _waiting(board: Board, at: float, rows: int) -> RenderableType:
    """Who waits, in the order in which they came; the place counts within each queue."""
    line = sorted(
        (call for call in board.calls.values() if call["state"] == "waiting"),
        key=lambda call: (instant(call["queued_at"] or call["arrived_at"]), str(call["id"])),
    )
    if not line:
        return Text("无人等待 nobody waits", "dim") if board.seq is not None else Text()
    shown = line if len(line) <= rows else line[: rows - 1]
    table = Table.grid(expand=True, padding=(0, 1, 0, 0))
    table.add_column(width=3, justify="right", no_wrap=True)
    table.add_column(width=8, no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column(width=7, justify="right", no_wrap=True)
    places: dict[str, int] = {}
    for call in shown:
        queue = call["queue"]
        places[queue] = places.get(queue, 0) + 1
        waits_s = max(0.0, at - instant(call["queued_at"] or call["arrived_at"]))
        title = board.queues.get(queue, {}).get("title", "")
        table.add_row(
            Text(str(places[queue]), "bold"),
            literal(masked(call["caller"])),
            literal(title, "dim"),
            Text(spell(waits_s), _level(waits_s, WAIT_S)),
        )
    if len(shown) < len(line):
        return Group(table, _more(len(line) - len(shown), "人"))
    return table


# -- small things ------------------------------------------------------------------------------------------------------


def masked(caller: str) -> str:
    """A number on a wall that visitors see: its last four digits, nothing of a short one."""
    if not caller:
        return "匿名"
    return "•••" + (caller[-4:] if len(caller) > 6 else "")


def spell(seconds: float) -> str:
    """`0:07`, `12:34`, `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _level(value: float, bounds: tuple[float, float]) -> str:
    return ALARM if value >= bounds[1] else WARNING if value >= bounds[0] else CALM


def _more(count: int, zh: str) -> Text:
    return Text(f"… +{count} {zh} more", "dim", no_wrap=True, overflow="ellipsis")


def _faded(table: Table, board: Board) -> Table:
    """What is not fresh looks so."""
    if board.link is Link.LOST:
        table.style = "dim"
    return table
