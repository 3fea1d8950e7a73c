"""A menu as a picture: every node and way is in it, faults too, and no text can break out of it."""

from typing import Any
from xml.etree import ElementTree

from ivr import check, drawing, load
from ivr.check import Known

SVG = "{http://www.w3.org/2000/svg}"
NODES: dict[str, Any] = {
    "hello": {"kind": "play", "prompt": "more", "next": "choice"},
    "choice": {"kind": "choose", "prompt": "more", "keys": {"1": "hello", "2": "gone"}, "otherwise": "people"},
    "people": {"kind": "queue", "queue": "main"},
    "lost": {"kind": "queue"},
}


def drawn() -> ElementTree.Element:
    menu, wrong = load.read("m", {"title": "<b>&", "start": "hello", "nodes": NODES})
    wrong += check.findings(menu, Known({"more"}, {"main"}))
    faults = {one.node: str(one) for one in wrong}
    lost = {one.node for one in wrong if one.code == "unreached"}
    return ElementTree.fromstring(drawing.svg(menu, faults, lost=lost, words={"more": "您好 </svg>"}))


def test_every_node_stands_in_the_picture_with_what_is_heard_there_and_what_is_wrong() -> None:
    picture = drawn()
    groups = {one.get("data-node"): one for one in picture.iter(f"{SVG}g")}
    assert list(groups) == ["hello", "choice", "people", "lost"]
    assert groups["hello"].findtext(f"{SVG}title") == "您好 </svg>"
    assert [one.text for one in groups["hello"].iter(f"{SVG}text")] == ["播放", "hello", "您好 </svg>"]
    assert picture.findtext(f"{SVG}title") == "<b>&"
    kinds = {name: one.find(f"{SVG}rect").get("class") for name, one in groups.items()}  # type: ignore[union-attr]
    assert kinds == {"hello": "node", "choice": "node wrong", "people": "node end", "lost": "node end wrong lost"}
    assert "leads to 'gone', which is no node" in "".join(groups["choice"].itertext())


def test_every_way_that_leads_somewhere_is_an_arrow_and_those_by_key_say_it() -> None:
    picture = drawn()
    assert len([one for one in picture.iter(f"{SVG}path") if one.get("class") == "way"]) == 3
    assert [one.text for one in picture.iter(f"{SVG}text") if one.get("class") == "label"] == ["超时/错键", "按 1"]


def test_nodes_stand_in_columns_by_their_distance_and_no_two_at_one_place() -> None:
    menu, _ = load.read("m", {"start": "hello", "nodes": NODES})
    places = drawing.layout(menu)
    assert places["hello"][0] < places["choice"][0] < places["people"][0] < places["lost"][0]
    assert len(set(places.values())) == len(NODES)


def test_what_is_wrong_is_told_in_lines_that_fit_and_whole_where_the_pointer_rests() -> None:
    menu, _ = load.read("m", {"start": "hello", "nodes": NODES})
    wrong = "没有按键或按错两次的来电者到不了人工，" * 5
    picture = ElementTree.fromstring(drawing.svg(menu, {"people": wrong}))
    [group] = [one for one in picture.iter(f"{SVG}g") if one.get("data-node") == "people"]
    lines = [one.text or "" for one in group.iter(f"{SVG}text") if one.get("class") == "fault"]
    assert len(lines) == 3
    assert all(len(line) * 12 <= drawing.LINE for line in lines)
    assert wrong.startswith("".join(lines).rstrip("…"))
    assert lines[-1].endswith("…")
    assert group.findtext(f"{SVG}title") == f"people\n{wrong}"


def test_the_picture_speaks_either_language_and_names_ways_by_the_kind_of_their_node() -> None:
    nodes = {
        "hello": {"kind": "progress", "prompt": "more", "next": "gas", "otherwise": "people"},
        "gas": {"kind": "queue", "queue": "gas", "urgent": True},
        "people": {"kind": "queue"},
    }
    menu, _ = load.read("m", {"start": "hello", "nodes": nodes})

    def texts(terms: drawing.Terms, kind: str) -> list[str | None]:
        picture = ElementTree.fromstring(drawing.svg(menu, queues={"gas": "燃气"}, terms=terms))
        return [one.text for one in picture.iter(f"{SVG}text") if one.get("class") == kind]

    assert texts(drawing.CHINESE, "label") == ["查到以后", "没有查到"]
    assert texts(drawing.ENGLISH, "label") == ["told", "not found"]
    assert texts(drawing.CHINESE, "kind") == ["查工单进度", "more", "转人工", "燃气 · 紧急", "转人工", "线路的队列"]
    assert texts(drawing.ENGLISH, "kind")[0] == "Progress of a case"
