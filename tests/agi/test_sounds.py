"""Where Asterisk finds prompts: links to the shipped ones and to the city's own, of which none is ever broken."""

import os
from pathlib import Path

import pytest

from agi.sounds import FORMATS, lay, shipped

SHIPPED = {file.name: file for file in shipped().iterdir() if file.suffix in FORMATS}


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    return tmp_path / "asterisk/data/sounds"


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    (tmp_path / "prompts").mkdir()
    return tmp_path / "prompts"


def own(prompts: Path, sound: str) -> Path:
    """A sound of the city's own; what is in it is its name."""
    file = prompts / f"{sound}.wav"
    file.write_text(sound, encoding="ascii")
    return file


def links(folder: Path) -> dict[str, Path]:
    return {link.name: link.readlink() for link in folder.iterdir()}


def test_a_fresh_folder_leads_to_every_prompt_that_is_shipped(sounds: Path, prompts: Path) -> None:
    lay(sounds, prompts)
    assert links(sounds / "hotline") == SHIPPED
    assert {"greeting.wav", "beep.wav", "rest.alaw", "rest.ulaw"} < SHIPPED.keys()
    assert sorted(one.name for one in sounds.iterdir()) == ["beep.wav", "hotline", "zh"]


def test_the_usual_language_leads_to_the_same_prompts(sounds: Path, prompts: Path) -> None:
    file = own(prompts, "a")
    lay(sounds, prompts, {("greeting", ""): file})
    assert links(sounds / "zh") == {"hotline": sounds / "hotline", "beep.wav": shipped() / "beep.wav"}
    assert (sounds / "zh/hotline/greeting.wav").read_text(encoding="ascii") == "a"


def test_the_citys_own_stand_in_place_of_shipped_ones_and_beside_them(sounds: Path, prompts: Path) -> None:
    greeting, museum = own(prompts, "a"), own(prompts, "b")
    lay(sounds, prompts, {("greeting", ""): greeting, ("museum", ""): museum})
    assert links(sounds / "hotline") == {**SHIPPED, "greeting.wav": greeting, "museum.wav": museum}


def test_a_prompt_in_a_language_of_its_own_is_found_there_and_the_usual_one_stays(sounds: Path, prompts: Path) -> None:
    file = own(prompts, "a")
    lay(sounds, prompts, {("greeting", "hunan"): file})
    assert links(sounds / "hunan/hotline") == {"greeting.wav": file}
    assert links(sounds / "hotline") == SHIPPED
    lay(sounds, prompts, {})
    assert links(sounds / "hunan/hotline") == {}


def test_before_the_store_is_asked_the_citys_own_stay_as_they_are_but_for_those_that_are_gone(
    sounds: Path, prompts: Path
) -> None:
    files = {key: own(prompts, "-".join(key)) for key in (("greeting", ""), ("museum", ""), ("waiting", "hunan"))}
    gone = {key: own(prompts, "-".join(key)) for key in (("trouble", ""), ("park", ""), ("greeting", "hunan"))}
    lay(sounds, prompts, files | gone)
    for file in gone.values():
        file.unlink()
    lay(sounds, prompts)
    assert links(sounds / "hotline") == {
        **SHIPPED,
        "greeting.wav": files["greeting", ""],
        "museum.wav": files["museum", ""],
    }
    assert links(sounds / "hunan/hotline") == {"waiting.wav": files["waiting", "hunan"]}


def test_where_there_are_no_own_ones_any_more_all_is_as_shipped(sounds: Path, prompts: Path) -> None:
    lay(sounds, prompts, {("greeting", ""): own(prompts, "a"), ("museum", ""): own(prompts, "b")})
    lay(sounds, prompts, {})
    assert links(sounds / "hotline") == SHIPPED


def test_a_prompt_of_an_earlier_version_that_is_shipped_no_more_is_taken_away(sounds: Path, prompts: Path) -> None:
    (sounds / "hotline").mkdir(parents=True)
    (sounds / "hotline/of-old.wav").symlink_to(shipped() / "of-old.wav")
    (sounds / "hotline/waiting.wav").symlink_to("/opt/hotline-of-old/agi/prompts/waiting.wav")
    lay(sounds, prompts)
    assert links(sounds / "hotline") == SHIPPED


def test_the_one_link_to_the_whole_folder_that_an_earlier_version_had_becomes_a_folder(
    sounds: Path, prompts: Path
) -> None:
    there = sorted(file.name for file in shipped().iterdir())
    (sounds / "zh").mkdir(parents=True)
    (sounds / "hotline").symlink_to(shipped())
    (sounds / "zh/hotline").symlink_to(shipped())
    file = own(prompts, "a")
    lay(sounds, prompts, {("greeting", ""): file})
    assert not (sounds / "hotline").is_symlink()
    assert links(sounds / "hotline") == {**SHIPPED, "greeting.wav": file}
    assert (sounds / "zh/hotline").readlink() == sounds / "hotline"
    assert sorted(one.name for one in sounds.iterdir()) == ["beep.wav", "hotline", "zh"]
    assert sorted(one.name for one in shipped().iterdir()) == there


def test_whoever_hears_the_former_one_hears_it_to_its_end(sounds: Path, prompts: Path) -> None:
    lay(sounds, prompts, {("greeting", ""): own(prompts, "former")})
    with (sounds / "hotline/greeting.wav").open(encoding="ascii") as playing:
        lay(sounds, prompts, {("greeting", ""): own(prompts, "new")})
        assert playing.read() == "former"
    assert (sounds / "hotline/greeting.wav").read_text(encoding="ascii") == "new"


def test_a_link_is_there_at_every_moment_while_it_is_replaced(
    sounds: Path, prompts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(sounds, prompts, {("greeting", ""): own(prompts, "former")})
    seen: list[str] = []
    for name in ("symlink", "unlink", "replace", "rename"):
        real = getattr(os, name)

        def watched(*words: object, real: object = real, **how: object) -> object:
            seen.append((sounds / "hotline/greeting.wav").read_text(encoding="ascii"))
            try:
                return real(*words, **how)  # type: ignore[operator]
            finally:
                seen.append((sounds / "hotline/greeting.wav").read_text(encoding="ascii"))

        monkeypatch.setattr(os, name, watched)
    lay(sounds, prompts, {("greeting", ""): own(prompts, "new")})
    assert (seen[0], seen[-1], set(seen)) == ("former", "new", {"former", "new"})


def test_what_stays_as_it_was_is_not_written_anew(sounds: Path, prompts: Path) -> None:
    wanted = {("greeting", ""): own(prompts, "a")}
    lay(sounds, prompts, wanted)
    before = {link.name: link.lstat().st_ino for link in (sounds / "hotline").iterdir()}
    lay(sounds, prompts, wanted)
    assert {link.name: link.lstat().st_ino for link in (sounds / "hotline").iterdir()} == before


def test_what_a_run_that_was_broken_off_left_is_in_nobodys_way(sounds: Path, prompts: Path) -> None:
    lay(sounds, prompts)
    left = sounds / "hotline" / f".greeting.wav.{os.getpid()}"
    left.symlink_to(own(prompts, "former"))
    file = own(prompts, "a")
    lay(sounds, prompts, {("greeting", ""): file})
    assert links(sounds / "hotline") == {**SHIPPED, "greeting.wav": file}


def test_a_language_may_be_called_as_the_folder_is(sounds: Path, prompts: Path) -> None:
    file = own(prompts, "a")
    for _ in range(2):
        lay(sounds, prompts, {("greeting", "hotline"): file})
    lay(sounds, prompts)
    assert links(sounds / "hotline/hotline") == {"greeting.wav": file}
    lay(sounds, prompts, {})
    assert links(sounds / "hotline/hotline") == {}


def test_a_file_that_somebody_laid_there_is_left_unless_it_has_a_prompts_name(sounds: Path, prompts: Path) -> None:
    (sounds / "hotline").mkdir(parents=True)
    for name in ("somebodys.wav", "greeting.wav"):
        (sounds / "hotline" / name).write_bytes(b"RIFF")
    for wanted in (None, {}):
        lay(sounds, prompts, wanted)
    assert (sounds / "hotline/somebodys.wav").read_bytes() == b"RIFF"
    (sounds / "hotline/somebodys.wav").unlink()
    assert links(sounds / "hotline") == SHIPPED
