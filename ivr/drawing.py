"""A menu as a picture (SVG): nodes in columns by the longest way from the start, ways as arrows, faults in red."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from html import escape

from ivr.load import kind_of
from ivr.menu import ENDS, NOTHING, Menu, Node, ways

WIDTH, HEIGHT = 170, 64
"""Of a node, in pixels."""
ACROSS, DOWN = 280, 110
"""From one node to the next."""
EDGE = 30
TITLES = {
    "play": "播放 play",
    "choose": "按键选择 choose",
    "hours": "工作时间 hours",
    "language": "语言 language",
    "progress": "工单进度 progress",
    "rate": "评价 rate",
    "queue": "转人工 queue",
    "message": "留言 message",
    "transfer": "转接 transfer",
    "call_back": "回呼 call_back",
    "goodbye": "结束 goodbye",
}
LABELS = {"next": "", "otherwise": "超时/错键", "open": "开", "closed": "关"}
STYLE = (
    "text{font:13px 'Noto Sans CJK SC','Noto Sans SC',sans-serif;fill:#1f2933}"
    ".kind{font-size:11px;fill:#52606d}.way{fill:none;stroke:#7b8794;stroke-width:1.5}"
    ".label{font-size:12px;fill:#1f2933;paint-order:stroke;stroke:#fff;stroke-width:4px}"
    ".node{fill:#f0f4f8;stroke:#486581;stroke-width:1.5}.end{fill:#e3f9e5;stroke:#207227}"
    ".wrong{stroke:#ba2525;stroke-width:3}.lost{stroke-dasharray:5 4}.fault{fill:#ba2525;font-size:12px}"
)

SVG = "http://www.w3.org/2000/svg"
TIP = (
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 10 5 0 10z" fill="#7b8794"/></marker></defs>'
)


def svg(
    menu: Menu,
    faults: Mapping[str, str] = NOTHING,
    *,
    lost: Collection[str] = (),
    words: Mapping[str, str] = NOTHING,
    styled: bool = True,
) -> str:
    """The picture. All text is escaped.

    `faults`: node -> what is wrong there; `lost`: nodes that nobody reaches; `words`: what each prompt says, shown
    where the pointer rests. Without `styled` it is part of a page that has the classes of `STYLE`.
    """
    places = layout(menu)
    wide = max((x for x, _ in places.values()), default=0) + WIDTH + EDGE
    high = max((y for _, y in places.values()), default=0) + HEIGHT + EDGE + 20
    parts = [
        f'<svg xmlns="{SVG}" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img">',
        f"<title>{escape(menu.title or menu.name)}</title>",
        f"<style>{STYLE}</style>" if styled else "",
        TIP,
    ]
    for place, node in menu.nodes.items():
        parts += _arrows(place, node, places)
    for place, node in menu.nodes.items():
        parts.append(_box(place, node, places[place], faults.get(place, ""), place in lost, words))
    return "\n".join([*parts, "</svg>"])


def layout(menu: Menu) -> dict[str, tuple[int, int]]:
    """Node -> its upper left corner. Who is never reached stands in a column of its own at the right."""
    column: dict[str, int] = {}
    ahead: dict[str, list[str]] = {}
    for place in reversed(_forward(menu, ahead)):
        # as far to the right as the longest way there, so that arrows lead forward where they can
        depth = column.setdefault(place, 0)
        for to in ahead[place]:
            column[to] = max(column.get(to, 0), depth + 1)
    last = max(column.values(), default=-1) + 1
    filled: dict[int, int] = {}
    places = {}
    for place in [*column, *(one for one in menu.nodes if one not in column)]:
        across = column.get(place, last)
        row = filled[across] = filled.get(across, -1) + 1
        places[place] = (EDGE + across * ACROSS, EDGE + row * DOWN)
    return places


def _forward(menu: Menu, ahead: dict[str, list[str]]) -> list[str]:
    """The nodes that are reached, each behind all that come after it; `ahead` is filled with the ways forward."""
    ordered: list[str] = []
    trail: list[str] = []

    def visit(place: str) -> None:
        ahead[place] = []
        trail.append(place)
        for way in ways(menu.nodes[place]):
            if way.to in menu.nodes and way.to not in trail:  # else it leads back
                ahead[place].append(way.to)
                if way.to not in ahead:
                    visit(way.to)
        trail.pop()
        ordered.append(place)

    if menu.start in menu.nodes:
        visit(menu.start)
    return ordered


def _arrows(place: str, node: Node, places: Mapping[str, tuple[int, int]]) -> list[str]:
    """One arrow to each node that follows, with all that leads there."""
    labels: dict[str, list[str]] = {}
    for way in ways(node):
        if way.to in places:
            labels.setdefault(way.to, []).append(f"按 {way.key}" if way.key else LABELS[way.by])
    ahead = sorted(labels, key=lambda to: places[to][1])
    step = HEIGHT / (len(ahead) + 1)
    return [
        _arrow(places[place], places[to], round((number + 1) * step), " · ".join(filter(None, labels[to])))
        for number, to in enumerate(ahead)
    ]


def _arrow(begin: tuple[int, int], end: tuple[int, int], down: int, label: str) -> str:
    """`down`: how far below the upper edge of its node it begins."""
    if end[0] > begin[0]:
        x, y, to_x, to_y = begin[0] + WIDTH, begin[1] + down, end[0], end[1] + HEIGHT // 2
        path = f"M{x} {y}C{x + 50} {y} {to_x - 50} {to_y} {to_x} {to_y}"
        at = (x + 8, y - 3 if to_y <= y else y + 11)
    else:  # back, or to a neighbour in the same column: round by below
        x, to_x = begin[0] + down, end[0] + WIDTH // 2
        y, to_y = begin[1] + HEIGHT, end[1] + HEIGHT
        low = max(y, to_y) + 34
        path = f"M{x} {y}C{x} {low} {to_x} {low} {to_x} {to_y}"
        at = (x + 6, y + 16)
    text = f'<text class="label" x="{at[0]}" y="{at[1]}">{escape(label)}</text>' if label else ""
    return f'<path class="way" d="{path}" marker-end="url(#tip)"/>{text}'


def _box(place: str, node: Node, at: tuple[int, int], wrong: str, lost: bool, words: Mapping[str, str]) -> str:
    kinds = ["node", *(["end"] if isinstance(node, ENDS) else []), *(["wrong"] if wrong else [])]
    x, y = at
    fault = f'<text class="fault" x="{x}" y="{y + HEIGHT + 15}">{escape(wrong)}</text>' if wrong else ""
    told = "\n".join(words[one] for one in _prompts(node) if one in words)
    return (
        f'<g data-node="{escape(place)}"><title>{escape(told or place)}</title>'
        f'<rect class="{" ".join([*kinds, *(["lost"] if lost else [])])}" x="{x}" y="{y}" width="{WIDTH}" '
        f'height="{HEIGHT}" rx="8"/><text class="kind" x="{x + 10}" y="{y + 17}">{TITLES[kind_of(node)]}</text>'
        f'<text x="{x + 10}" y="{y + 36}">{escape(place)}</text>'
        f'<text class="kind" x="{x + 10}" y="{y + 54}">{escape(_detail(node))}</text>{fault}</g>'
    )


def _prompts(node: Node) -> list[str]:
    return [getattr(node, name) for name in ("prompt", "again") if getattr(node, name, "")]


def _detail(node: Node) -> str:
    """What tells this node from others of its kind, short."""
    led = {way.by for way in ways(node)} | {"keys", "again", "wait_s"}
    values = [getattr(node, one.name) for one in fields(node) if one.name not in led]
    told = " ".join("urgent" if value is True else str(value) for value in values if value not in ("", False))
    return told if len(told) <= 24 else told[:23] + "…"
