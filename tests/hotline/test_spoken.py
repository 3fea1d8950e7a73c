"""The prompts that can be played: the city's own before the shipped ones, for the page, for menus and for Asterisk."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from agent_console.parts import Recorded
from agi.configuration import Layout
from agi.prompts import telephone
from agi.sounds import shipped as shipped_folder
from hotline import spoken
from hotline.spoken import Library
from ivr.prompt import NO_PROMPTS, PromptDocument
from storage.store import Store
from tests.conftest import CITY

NOON = 1_700_000_000.0
A, B = "a" * 64, "b" * 64


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/hotline.db", timezone=CITY)
    yield opened
    opened.close()


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A HOME with two sounds, of one second and of two."""
    layout = Layout(tmp_path / "home")
    layout.prompts.mkdir(parents=True)
    for seconds, sound in enumerate((A, B), 1):
        telephone.write(layout.prompts / f"{sound}.wav", np.zeros(8000 * seconds))
    return layout


@pytest.fixture
def library(store: Store, layout: Layout) -> Library:
    made = Library(store, layout)
    made.load()
    return made


def save(store: Store, *documents: PromptDocument) -> None:
    for one in documents:
        store.change_policy(one, who="admin", at=NOON)


def playing(layout: Layout, name: str, language: str = "") -> Path:
    """The file that Asterisk plays."""
    return (layout.sounds / language / "hotline" / f"{name}.wav").resolve()


def test_without_any_of_the_citys_own_there_are_those_that_are_shipped(library: Library, layout: Layout) -> None:
    assert (dict(library), len(library)) == (dict(spoken.shipped()), len(list(library)))
    assert list(library) == sorted(file.stem for file in shipped_folder().glob("*.wav") if file.stem not in NO_PROMPTS)
    assert (library.in_languages, any(one.own for one in library.values())) == ({}, False)
    assert all(one.shipped and one.file == shipped_folder() / f"{name}.wav" for name, one in library.items())
    assert playing(layout, "greeting") == shipped_folder() / "greeting.wav"


def test_there_are_those_that_are_shipped_before_the_store_was_asked(store: Store, layout: Layout) -> None:
    assert dict(Library(store, layout)) == dict(spoken.shipped())


async def test_one_of_the_citys_own_stands_in_place_of_the_shipped_one_until_it_is_taken_away(
    store: Store, library: Library, layout: Layout
) -> None:
    save(store, PromptDocument("greeting", "您好，这里是本市热线。", A, "zf_xiaoyi"))
    assert library["greeting"] == spoken.shipped()["greeting"]
    await library.renew()
    file = layout.prompts / f"{A}.wav"
    assert library["greeting"] == Recorded(
        "您好，这里是本市热线。", file, "zf_xiaoyi", 1.0, A[:8], own=True, shipped=True
    )
    assert (len(library), playing(layout, "greeting")) == (len(spoken.shipped()), file)
    store.drop_policy("prompts", "greeting", who="admin", at=NOON)
    await library.renew()
    assert dict(library) == dict(spoken.shipped())
    assert playing(layout, "greeting") == shipped_folder() / "greeting.wav"


async def test_a_change_of_its_sound_is_played_and_a_former_one_can_be_gone_back_to(
    store: Store, library: Library, layout: Layout
) -> None:
    for sound, seconds in ((A, 1.0), (B, 2.0), (A, 1.0)):
        save(store, PromptDocument("greeting", "您好。", sound))
        await library.renew()
        assert (library["greeting"].seconds, library["greeting"].version) == (seconds, sound[:8])
        assert playing(layout, "greeting") == layout.prompts / f"{sound}.wav"


async def test_one_of_another_name_stands_beside_the_shipped_ones_in_their_order(
    store: Store, library: Library, layout: Layout
) -> None:
    save(store, PromptDocument("museum", "博物馆今日闭馆。", B))
    await library.renew()
    file = layout.prompts / f"{B}.wav"
    assert library["museum"] == Recorded("博物馆今日闭馆。", file, "", 2.0, B[:8], own=True, shipped=False)
    assert list(library) == sorted([*spoken.shipped(), "museum"])
    assert playing(layout, "museum") == file


async def test_one_in_a_language_is_kept_apart_from_the_names(store: Store, library: Library, layout: Layout) -> None:
    save(store, PromptDocument("greeting.hunan", "您郎家好。", A))
    await library.renew()
    assert dict(library) == dict(spoken.shipped())
    one = library.in_languages["greeting.hunan"]
    assert (list(library.in_languages), one.text, one.own) == (["greeting.hunan"], "您郎家好。", True)
    assert playing(layout, "greeting", "hunan") == layout.prompts / f"{A}.wav"
    assert playing(layout, "greeting") == shipped_folder() / "greeting.wav"


@pytest.mark.parametrize("content", [None, b"", b"this is no WAV file"])
async def test_one_without_a_sound_that_can_be_played_is_logged_and_the_shipped_one_stays(
    store: Store, library: Library, layout: Layout, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    missing = "c" * 64
    if content is not None:
        (layout.prompts / f"{missing}.wav").write_bytes(content)
    save(store, PromptDocument("greeting", "您好。", missing), PromptDocument("waiting", "请稍候。", A))
    await library.renew()
    assert (library["greeting"], library["waiting"].own) == (spoken.shipped()["greeting"], True)
    assert playing(layout, "greeting") == shipped_folder() / "greeting.wav"
    (record,) = caplog.records
    told = "the city's own prompt greeting has no sound that can be played: "
    assert (record.levelno, record.getMessage().startswith(told)) == (logging.ERROR, True)


async def test_what_asterisk_cannot_be_given_is_an_error_for_whoever_saved_it(
    store: Store, library: Library, layout: Layout
) -> None:
    (layout.sounds / "hunan").write_text("a file where a folder belongs", encoding="ascii")
    save(store, PromptDocument("greeting.hunan", "您郎家好。", A))
    with pytest.raises(OSError, match="hunan"):
        await library.renew()
