"""A menu as a picture (SVG): nodes in columns by the longest way from the start, ways as arrows, faults in red."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

from ivr.load import kind_of
from ivr.menu import (
    ENDS,
    NOTHING,
    Choose,
    Hours,
    Language,
    Menu,
    Node,
    Play,
    Progress,
    Rate,
    ToQueue,
    Transfer,
    ways,
)

WIDTH, HEIGHT = 190, 64
"""Of a node, in pixels."""
ACROSS, DOWN = 325, 124
"""From one node to the next."""
EDGE = 30
LINE, LINES = 264, 3
"""What is wrong is told in so many lines of so many pixels below its node."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is written in a picture. `kinds`: of nodes; `by`: ways that no key leads, by kind and field or by field."""

    kinds: Mapping[str, str]
    by: Mapping[str, str]
    key: str
    urgent: str
    lines_queue: str


CHINESE = Terms(
    kinds={
        "play": "播放",
        "choose": "按键选择",
        "hours": "看服务时间",
        "language": "换语言",
        "progress": "查工单进度",
        "rate": "评价",
        "queue": "转人工",
        "message": "留言",
        "transfer": "转其他平台",
        "call_back": "登记回电",
        "goodbye": "结束",
    },
    by={
        "next": "",
        "progress.next": "查到以后",
        "progress.otherwise": "没有查到",
        "otherwise": "超时/错键",
        "open": "服务时间内",
        "closed": "服务时间外",
    },
    key="按 {key}",
    urgent="紧急",
    lines_queue="线路的队列",
)
ENGLISH = Terms(
    kinds={
        "play": "Play",
        "choose": "Choose",
        "hours": "Hours",
        "language": "Language",
        "progress": "Progress of a case",
        "rate": "Rate",
        "queue": "Queue",
        "message": "Message",
        "transfer": "Transfer",
        "call_back": "Call-back",
        "goodbye": "Goodbye",
    },
    by={
        "next": "",
        "progress.next": "told",
        "progress.otherwise": "not found",
        "otherwise": "none or wrong",
        "open": "open",
        "closed": "closed",
    },
    key="key {key}",
    urgent="urgent",
    lines_queue="queue of the line",
)
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
    queues: Mapping[str, str] = NOTHING,
    terms: Terms = CHINESE,
    styled: bool = True,
) -> str:
    """The picture. All text is escaped.

    `faults`: node -> what is wrong there; `lost`: nodes that nobody reaches; `words`: what each prompt says, in short
    in its node and whole where the pointer rests; `queues`: name -> title. Without `styled` it is part of a page that
    has the classes of `STYLE`.
    """
    places = layout(menu)
    wide = max((x for x, _ in places.values()), default=0) + max(WIDTH, LINE) + EDGE
    high = max((y for _, y in places.values()), default=0) + DOWN + EDGE
    parts = [
        f'<svg xmlns="{SVG}" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img">',
        f"<title>{escape(menu.title or menu.name)}</title>",
        f"<style>{STYLE}</style>" if styled else "",
        TIP,
    ]
    for place, node in menu.nodes.items():
        parts += _arrows(place, node, places, terms)
    for place, node in menu.nodes.items():
        detail = _detail(node, words, queues, terms)
        parts.append(_box(place, node, places[place], faults.get(place, ""), place in lost, words, terms, detail))
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


def _arrows(place: str, node: Node, places: Mapping[str, tuple[int, int]], terms: Terms) -> list[str]:
    """One arrow to each node that follows, with all that leads there."""
    labels: dict[str, list[str]] = {}
    for way in ways(node):
        if way.to in places:
            kind = f"{kind_of(node)}.{way.by}"
            label = terms.key.format(key=way.key) if way.key else terms.by.get(kind, terms.by.get(way.by, ""))
            labels.setdefault(way.to, []).append(label)
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
        if end[0] - begin[0] > ACROSS and end[1] == begin[1]:  # over those between, not through them
            path = f"M{x} {y}C{x + 90} {begin[1] - 26} {to_x - 90} {begin[1] - 26} {to_x} {to_y}"
        at = (x + 8, y - 3 if to_y <= y else y + 11)
    else:  # back, or to a neighbour in the same column: round by below
        x, to_x = begin[0] + down, end[0] + WIDTH // 2
        y, to_y = begin[1] + HEIGHT, end[1] + HEIGHT
        low = max(y, to_y) + 34
        path = f"M{x} {y}C{x} {low} {to_x} {low} {to_x} {to_y}"
        at = (x + 6, y + 16)
    text = f'<text class="label" x="{at[0]}" y="{at[1]}">{escape(label)}</text>' if label else ""
    return f'<path class="way" d="{path}" marker-end="url(#tip)"/>{text}'


def _box(
    place: str,
    node: Node,
    at: tuple[int, int],
    wrong: str,
    lost: bool,
    words: Mapping[str, str],
    terms: Terms,
    detail: str,
) -> str:
    kinds = ["node", *(["end"] if isinstance(node, ENDS) else []), *(["wrong"] if wrong else [])]
    x, y = at
    fault = "".join(
        f'<text class="fault" x="{x}" y="{y + HEIGHT + 15 + 15 * number}">{escape(line)}</text>'
        for number, line in enumerate(_lines(wrong))
    )
    told = "\n".join(words[one] for one in _prompts(node) if one in words) or place
    rests = f"{told}\n{wrong}" if wrong else told
    return (
        f'<g data-node="{escape(place)}"><title>{escape(rests)}</title>'
        f'<rect class="{" ".join([*kinds, *(["lost"] if lost else [])])}" x="{x}" y="{y}" width="{WIDTH}" '
        f'height="{HEIGHT}" rx="8"/><text class="kind" x="{x + 10}" y="{y + 17}">{terms.kinds[kind_of(node)]}</text>'
        f'<text x="{x + 10}" y="{y + 36}">{escape(place)}</text>'
        f'<text class="kind" x="{x + 10}" y="{y + 54}">{escape(_short(detail, WIDTH - 20, 11))}</text>{fault}</g>'
    )


def _prompts(node: Node) -> list[str]:
    return [getattr(node, name) for name in ("prompt", "again") if getattr(node, name, "")]


def _detail(node: Node, words: Mapping[str, str], queues: Mapping[str, str], terms: Terms) -> str:
    """What tells this node from others of its kind."""
    match node:
        case ToQueue(queue=queue, urgent=urgent):
            named = queues.get(queue, queue) or terms.lines_queue
            return f"{named} · {terms.urgent}" if urgent else named
        case Hours(queue=queue):
            return queues.get(queue, queue) or terms.lines_queue
        case Rate(question=question):
            return question
        case Language(language=language):
            return language
        case Transfer(number=number):
            return number
        case Play(prompt=prompt) | Choose(prompt=prompt) | Progress(prompt=prompt):
            return words.get(prompt, prompt)
        case _:
            return ""


def _across(sign: str, size: int) -> float:
    """About how wide a sign is, in pixels."""
    return size if east_asian_width(sign) in "WF" else 0.58 * size


def _short(text: str, wide: int, size: int) -> str:
    """As much of it as fits."""
    taken = 0.0
    for number, sign in enumerate(text):
        taken += _across(sign, size)
        if taken > wide:
            return f"{text[: max(0, number - 1)]}…"
    return text


def _lines(text: str) -> list[str]:
    """In lines that fit below a node, the last one cut where there is more."""
    lines: list[str] = []
    line, taken = "", 0.0
    for word in re.findall(r"[\w'’./_-]+ ?|.", text, re.ASCII):
        wide = sum(_across(sign, 12) for sign in word)
        if line and taken + wide > LINE:
            lines.append(line.rstrip())
            line, taken = "", 0.0
        line, taken = line + word, taken + wide
    lines.append(line.rstrip())
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], _short(lines[LINES - 1], LINE - 12, 12).rstrip("…") + "…"]
    return [one for one in lines if one]
