from agent_console.hub import Hub
from agent_console.news import News
from agent_console.session import SignedIn
from routing.records import Account, Role
from tests.work import backlog

from .house import CITY, House
from .pages import frames, kinds, page


async def test_a_page_that_comes_back_gets_exactly_what_it_missed(house: House) -> None:
    link = page(house)
    (snapshot,) = frames(link)
    house.news.messages(backlog(1), [])
    (seen,) = frames(link)
    assert house.hub.leave(link)
    house.news.messages(backlog(2), [])
    house.sit_down("op1001")
    house.sit_down("op1002")  # not for this page
    back = page(house, since=seen["seq"])
    missed = frames(back)
    own = ["operator", "queue", "operator", "operator", "queue"]
    assert [frame["type"] for frame in missed] == ["messages", *own, "queue", "queue"]
    assert missed[0]["data"] == {"open": 2, "taken": 0, "oldest_at": None}
    assert all(frame["data"]["login"] == "op1001" for frame in missed if frame["type"] == "operator")
    sequence = [frame["seq"] for frame in missed]
    assert sequence == sorted(sequence)
    assert sequence[0] > seen["seq"] > snapshot["seq"] - 1
    again = page(house, since=house.hub.seq)
    assert frames(again) == []


async def test_a_page_that_was_away_too_long_or_knows_the_future_gets_a_snapshot(house: House) -> None:
    link = page(house)
    start = frames(link)[0]["seq"]
    for count in range(70):  # 64 are kept
        house.news.messages(backlog(count), [])
    for since in (start, house.hub.seq + 1, 0, house.hub.seq - 64 - 1):
        assert kinds(page(house, since=since)) == ["snapshot"]
    # kept, but more than may wait for one page
    assert kinds(page(house, since=house.hub.seq - 20)) == ["snapshot"]
    assert kinds(page(house, since=house.hub.seq - 16)) == ["messages"] * 16


async def test_numbers_go_on_growing_over_a_restart(house: House) -> None:
    house.news.messages(backlog(1), [])
    last = house.hub.seq
    house.now[0] += 1
    restarted = Hub(lambda: house.now[0])
    assert restarted.seq > last
    who = SignedIn(Account("op1001", "x", Role.OPERATOR), "x", "page", 2e9)
    link = restarted.claim(who)
    restarted.join(link, last, house.news.whole)
    assert kinds(link) == ["snapshot"]


async def test_a_page_that_does_not_read_is_dropped_and_the_others_miss_nothing(house: House) -> None:
    slow, quick = page(house, "op1001"), page(house, "op1002")
    frames(quick)
    for count in range(40):  # 32 may wait
        house.news.messages(backlog(count), [])
        assert len(frames(quick)) == 1
    assert slow.over.result().code == 4408
    assert not quick.over.done()


async def test_the_newer_page_of_an_operator_wins(house: House) -> None:
    first = page(house)
    second = page(house)
    assert first.over.result().code == 4409
    assert not house.hub.leave(first)
    frames(first)
    frames(second)
    house.news.messages(backlog(3), [])
    assert kinds(first) == []
    assert kinds(second) == ["messages"]
    assert house.hub.page_of("op1001") is second
    assert house.hub.leave(second)
    assert house.hub.page_of("op1001") is None


async def test_signing_out_ends_the_page_for_good(house: House) -> None:
    link = page(house)
    house.hub.sign_out(link.who)
    assert link.over.result().code == 4401
    frames(link)
    house.news.messages(backlog(1), [])
    assert frames(link) == []
    assert house.hub.leave(link)
    house.hub.sign_out(link.who)


async def test_supervisors_and_programs_may_have_several_pages_and_the_oldest_of_too_many_goes(
    house: House,
) -> None:
    house.hub = Hub(lambda: house.now[0], at_once=3)
    house.news = News(house.hub, house.desk.snapshot, lambda: house.now[0], CITY)
    for login in ("sup1", "admin"):
        pages = [page(house, login) for _ in range(3)]
        assert [one.over.done() for one in pages] == [False] * 3
        fourth = page(house, login)
        assert pages[0].over.result().code == 4409
        for one in pages:
            frames(one)
        frames(fourth)
        house.news.messages(backlog(len(house.hub._kept)), [])
        assert [kinds(one) for one in (*pages, fourth)] == [[], ["messages"], ["messages"], ["messages"]]
        assert not house.hub.leave(pages[0])
        assert [house.hub.leave(one) for one in (pages[1], fourth, pages[2])] == [False, False, True]
    assert house.hub.pages() == []


async def test_signing_out_ends_the_pages_of_that_session_only(house: House) -> None:
    one, other, same = (page(house, "admin", session=session) for session in ("desk", "wall", "desk"))
    house.hub.sign_out(one.who)
    assert (one.over.result().code, same.over.result().code, other.over.done()) == (4401, 4401, False)
    assert house.hub.page_of("admin") is same


async def test_half_a_character_in_a_name_breaks_no_connection(house: House) -> None:
    link = page(house)
    house.sit_down("op1001")
    frames(link)
    house.call_up("c1", name="张\ud800")
    texts = [link.frames.get_nowait() for _ in range(link.frames.qsize())]
    assert any("\\ud800" in text for text in texts)
    assert all(text.isascii() for text in texts)
