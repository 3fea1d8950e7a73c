"""The prompts on disk are what their texts say, and the music on hold suits a telephone line."""

import re
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from agi.prompts import catalogue, incidents, listen, music, telephone
from agi.prompts.catalogue import FOLDER, LOCK, RATE, TEXTS
from agi.prompts.telephone import Samples

HISTORIC_GREETING = "您好!这里是市长热线,请问有什么事可以帮您?"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Texts, lock and recordings in a folder of the test's own."""
    for path in [FOLDER / TEXTS, FOLDER / LOCK, *FOLDER.glob("*.wav")]:
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def hold() -> Samples:
    """The music as it lies in the tree."""
    return telephone.read(FOLDER / music.FILE)


def change(folder: Path, old: str, new: str) -> None:
    """Replaces a piece of the texts."""
    text = (folder / TEXTS).read_text("utf-8")
    assert old in text
    (folder / TEXTS).write_text(text.replace(old, new, 1), "utf-8")


def share(samples: Samples, frequency: float, seconds: float) -> float:
    """The largest share of the power that a tone has in any window, by Goertzel's sum, in dB."""
    size = round(seconds * RATE)
    windows = samples[: len(samples) // size * size].reshape(-1, size)
    tone = np.exp(-2j * np.pi * frequency / RATE * np.arange(size))
    shares = 2 * np.abs(windows @ tone) ** 2 / size**2 / (windows**2).mean(axis=1)
    return float(10 * np.log10(shares.max()))


def test_every_prompt_has_its_recording() -> None:
    assert catalogue.check() == []


def test_the_greeting_is_the_historic_one() -> None:
    assert catalogue.load()["greeting"].text == HISTORIC_GREETING


def test_the_check_runs_without_third_party_libraries() -> None:
    # -S leaves site-packages out, so any import of numpy or a speech library would fail.
    command = [sys.executable, "-S", "-m", "agi.prompts.render", "--check"]
    done = subprocess.run(command, cwd=FOLDER.parents[1], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("感谢您的来电", "谢谢您的来电"),
        ("[waiting]", "[waiting]\nspeed = 0.9"),
        ("[waiting]", '[waiting]\nvoice = "zf_xiaobei"'),
    ],
)
def test_a_changed_prompt_is_noticed(copy: Path, old: str, new: str) -> None:
    change(copy, old, new)
    [fault] = catalogue.check(copy)
    assert "changed since" in fault
    assert "agi.prompts.render" in fault


def test_a_prompt_says_how_it_is_spoken_or_is_spoken_as_all_are(copy: Path) -> None:
    usual = catalogue.load(copy)["waiting"]
    assert (usual.voice, usual.speed) == ("zf_xiaoxiao", 0.95)
    change(copy, "[waiting]", "[waiting]\nspeed = 1.1")
    assert catalogue.load(copy)["waiting"].speed == 1.1
    change(copy, 'voice = "zf_xiaoxiao"', "")
    with pytest.raises(ValueError, match="greeting needs a text, and a voice and speed of its own or of all"):
        catalogue.load(copy)


@pytest.mark.parametrize(("name", "places"), [("place", 20), ("wait", 15)])
def test_every_place_and_every_minute_has_its_prompt(name: str, places: int) -> None:
    there = {prompt for prompt in catalogue.load() if prompt.startswith(f"{name}-")}
    assert there == {f"{name}-{number}" for number in range(1, places + 1)}


def test_place_and_wait_are_said_as_they_are_in_speech() -> None:
    prompts = catalogue.load()
    assert prompts["place-1"].text == "下一位就是您。"
    assert prompts["place-3"].text == "您前面还有两位市民在等候。"
    assert prompts["place-13"].text == "您前面还有十二位市民在等候。"
    assert prompts["wait-2"].text == "大约需要等候两分钟。"
    assert prompts["wait-12"].text == "大约需要等候十二分钟。"


def test_an_area_and_a_kind_of_incident_make_a_sentence() -> None:
    known = incidents.incidents()
    area = next(part for part in known.areas if part.area == "天元区")
    kind = next(part for part in known.kinds if part.title == "停水")
    assert area.text + kind.text == "天元区的市民朋友请注意，部分地区停水，有关部门正在抢修，恢复时间将另行通知。"
    assert [part.title for part in known.areas if not part.area] == ["全市"]
    spoken = {prompt for prompt in catalogue.load() if prompt.startswith(("area-", "incident-"))}
    assert {part.prompt for part in (*known.areas, *known.kinds)} == spoken


def test_a_missing_recording_is_noticed(copy: Path) -> None:
    (copy / "waiting.wav").unlink()
    assert catalogue.check(copy) == [
        "waiting: waiting.wav is missing; run python -m agi.prompts.render waiting",
    ]


def test_an_exchanged_recording_is_noticed(copy: Path) -> None:
    shutil.copy(copy / "trouble.wav", copy / "waiting.wav")
    [fault] = catalogue.check(copy)
    assert "not the file that was rendered" in fault


def test_a_prompt_that_is_gone_is_noticed(copy: Path) -> None:
    change(copy, "[waiting]", "[farewell]")
    found = catalogue.check(copy)
    assert [fault.split(":")[0] for fault in found] == ["farewell", "waiting"]


def test_a_digit_in_a_text_is_an_error(copy: Path) -> None:
    change(copy, "一二三四五", "12345")
    with pytest.raises(ValueError, match="message-empty holds a digit"):
        catalogue.load(copy)


@pytest.mark.parametrize(
    ("gain", "rate", "complaint"), [(0.5, 8000, "speech level"), (1.0, 16000, "16000 Hz"), (0.0, 8000, "speech level")]
)
def test_a_recording_unfit_for_the_telephone_is_noticed(copy: Path, gain: float, rate: int, complaint: str) -> None:
    path = copy / "waiting.wav"
    samples = telephone.read(path) * gain
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    prompt = catalogue.load(copy)["waiting"]
    found = catalogue.faults(prompt, catalogue.Seal(prompt.source, catalogue.digest(path)), copy)
    assert complaint in found[0]


def test_a_recording_cut_short_is_noticed(copy: Path) -> None:
    path = copy / "leave-message.wav"
    telephone.write(path, telephone.read(path)[: 4 * RATE])
    prompt = catalogue.load(copy)["leave-message"]
    found = catalogue.faults(prompt, catalogue.Seal(prompt.source, catalogue.digest(path)), copy)
    assert any("not plausible" in fault for fault in found)


def test_the_lock_reads_back_as_written(tmp_path: Path) -> None:
    seals = {"greeting": catalogue.Seal("a", "b"), "leave-message": catalogue.Seal("c", "d")}
    catalogue.save_lock(seals, tmp_path)
    assert catalogue.load_lock(tmp_path) == seals


def test_resampling_keeps_speech_and_folds_nothing_back() -> None:
    time = np.arange(24_000) / 24_000
    inner = slice(1000, -1000)
    kept = telephone.to_telephone(np.sin(2 * np.pi * 1500 * time), 24_000)[inner]
    gone = telephone.to_telephone(np.sin(2 * np.pi * 5000 * time), 24_000)[inner]
    assert np.abs(kept).max() == pytest.approx(1, abs=0.01)
    assert np.abs(gone).max() < 0.001


def test_levelling_meets_level_and_peak() -> None:
    noise = np.random.default_rng(1).laplace(size=4 * RATE) * 0.01
    levelled = telephone.level_out(noise)
    assert np.abs(levelled).max() <= 10 ** (catalogue.PEAK / 20) + 1e-9
    assert 20 * np.log10(np.sqrt((levelled**2).mean())) == pytest.approx(catalogue.LEVEL, abs=0.5)


def test_trimming_keeps_the_quiet_asked_for() -> None:
    tone = np.sin(np.arange(RATE) / 3)
    quiet = np.zeros(RATE)
    assert len(telephone.trim(np.concatenate([quiet, tone, quiet]))) == pytest.approx(1.28 * RATE, abs=RATE // 100)
    assert len(telephone.trim(tone)) == pytest.approx(1.28 * RATE, abs=RATE // 100)


@pytest.mark.parametrize(("value", "coded"), [(0, 8), (1000, 1008), (-1000, -1008), (32767, 32256), (16384, 16896)])
def test_a_law_codes_as_the_recommendation_says(value: int, coded: int) -> None:
    # Coded values from Recommendation G.711's decision table, in 16-bit units.
    assert telephone.a_law(np.array([value / 32768]))[0] * 32768 == coded


def test_errors_count_wrong_missing_and_added_syllables() -> None:
    assert listen.distance("abcd", "abcd") == 0
    assert listen.distance("abcd", "axcd") == 1
    assert listen.distance("abcd", "bcde") == 2
    assert listen.distance("", "abc") == 3


@pytest.mark.parametrize(
    ("figure", "spoken"),
    [
        ("7", ["七"]),
        ("2", ["二", "两"]),
        ("10", ["十"]),
        ("12", ["十二"]),
        ("20", ["二十"]),
        ("25", ["二十五"]),
        ("05", ["零五"]),
        ("110", ["一一零", "幺幺零"]),
        ("12345", ["一二三四五", "幺二三四五"]),
        ("369", ["三六九"]),
    ],
)
def test_a_figure_is_read_as_it_can_have_been_spoken(figure: str, spoken: list[str]) -> None:
    assert listen.readings(figure) == spoken


def test_a_text_is_compared_without_punctuation_and_with_its_figures_in_words() -> None:
    assert listen.spoken("您好!还有12位，OK。") == ["您好还有十二位OK"]
    assert listen.spoken("拨打12345，等2分钟") == [
        "拨打一二三四五等二分钟",
        "拨打一二三四五等两分钟",
        "拨打幺二三四五等二分钟",
        "拨打幺二三四五等两分钟",
    ]


@pytest.mark.parametrize(
    ("text", "heard", "errors", "syllables"),
    [
        ("您好。", "您好!", 0, 2),
        ("还有十二位。", "还有12位", 0, 5),
        ("幺幺零转到", "110转到", 0, 5),
        ("一一零转到", "110转到", 0, 5),
        ("等候两分钟", "等候2分钟。", 0, 5),
        ("您好", "你好", 1, 2),
        ("您好", "", 2, 2),
        ("您好", "您好吗OK", 2, 2),
    ],
)
def test_the_score_counts_syllables_and_a_figure_by_its_nearer_reading(
    text: str, heard: str, errors: int, syllables: int
) -> None:
    # Characters stand for their sounds, so that this needs no pypinyin; a Latin word is one.
    def sounds(way: str) -> list[str]:
        return re.findall(r"[A-Za-z]+|.", way)

    assert listen.score(text, heard, sounds) == listen.Score(errors, syllables)


def test_the_whole_is_all_errors_by_all_syllables_not_the_mean_of_the_shares() -> None:
    total = listen.Score(1, 2) + listen.Score(0, 18)
    assert total == listen.Score(1, 20)
    assert total.rate == 0.05


def test_the_music_is_the_one_composed(hold: Samples) -> None:
    # One step of 16 bits of room for another numpy's rounding.
    assert np.abs(hold - music.compose()).max() < 2 / 32768


def test_the_music_fills_whole_frames_and_is_moderate(hold: Samples) -> None:
    assert len(hold) % (RATE // 50) == 0
    assert 30 <= len(hold) / RATE <= 45
    assert 20 * np.log10(np.sqrt((hold**2).mean())) == pytest.approx(music.LEVEL, abs=0.1)
    assert np.abs(hold).max() < 0.5


@pytest.mark.parametrize("tone", music.TEST_TONES)
def test_the_music_cannot_be_taken_for_a_test_tone(hold: Samples, tone: float) -> None:
    heard = telephone.a_law(hold)
    spectrum = np.abs(np.fft.rfft(heard)) ** 2
    frequencies = np.fft.rfftfreq(len(heard), 1 / RATE)
    near = spectrum[np.abs(frequencies - tone) <= 15].sum() / spectrum.sum()
    assert 10 * np.log10(near) < -50
    assert share(heard, tone, 0.1) < -20
    assert share(heard, tone, 0.5) < -35


def test_the_music_keeps_to_the_telephone_band(hold: Samples) -> None:
    spectrum = np.abs(np.fft.rfft(hold)) ** 2
    frequencies = np.fft.rfftfreq(len(hold), 1 / RATE)
    outside = spectrum[(frequencies < 250) | (frequencies > 3600)].sum() / spectrum.sum()
    assert 10 * np.log10(outside) < -60


def test_the_music_loops_without_a_click(hold: Samples) -> None:
    # A click is a bend in the curve much sharper than any within the music.
    twice = np.concatenate([hold, hold])
    bends = np.abs(np.diff(twice, 2))
    seam = bends[len(hold) - 4 : len(hold) + 4].max()
    assert seam <= np.percentile(bends, 99.9)
    levels = telephone.loudness(np.roll(hold, RATE), RATE // 2)
    assert 20 * np.log10(levels[:4].min() / levels.mean()) > -6
