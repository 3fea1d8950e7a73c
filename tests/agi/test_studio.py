"""What becomes of an upload, or of a text: sound for the telephone at the level of all prompts, or a fault by name."""

import json
import subprocess
import sys
import wave
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import soundfile

from agi.prompts import telephone
from agi.prompts.catalogue import FOLDER, RATE, TEXTS, Sound, measure, read_wave
from agi.prompts.models import ModelError
from agi.prompts.speech import LongSentence
from agi.prompts.studio import LONGEST_S, SHORTEST_S, Shaped, Unfit, say, shape
from agi.prompts.telephone import Samples


def sine(frequency: float, rate: int, seconds: float = 2.0, amplitude: float = 0.3) -> Samples:
    samples: Samples = amplitude * np.sin(2 * np.pi * frequency / rate * np.arange(round(rate * seconds)))
    return samples


def between_silence(sound: Samples, rate: int) -> Samples:
    return np.concatenate([np.zeros(rate // 2), sound, np.zeros(rate * 7 // 10)])


def tones(samples: Samples) -> dict[int, float]:
    """dB of the power in each hertz under the loudest, of a second in the middle."""
    second = samples[len(samples) // 2 - RATE // 2 :][:RATE] * np.hanning(RATE)
    power = np.abs(np.fft.rfft(second)) ** 2
    levels = 10 * np.log10(np.maximum(power, 1e-12) / power.max())
    return {hertz: float(level) for hertz, level in enumerate(levels)}


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    return tmp_path / "source"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "prompt.wav"


def form(file: Path) -> tuple[int, int, int]:
    with wave.open(str(file), "rb") as sound:
        return sound.getframerate(), sound.getnchannels(), sound.getsampwidth()


def heard(file: Path) -> Sound:
    return measure(read_wave(file))


@pytest.mark.parametrize(
    ("container", "subtype", "rate", "channels"),
    [
        ("WAV", "PCM_24", 44100, 2),
        ("FLAC", "PCM_16", 48000, 2),
        ("WAV", "FLOAT", 96000, 1),
        ("WAV", "ULAW", 8000, 1),
        ("WAV", "PCM_U8", 11025, 1),
    ],
)
def test_a_recording_of_any_form_becomes_a_prompt_of_the_telephones_at_the_level_of_all(
    upload: Path, target: Path, container: str, subtype: str, rate: int, channels: int
) -> None:
    sound = between_silence(sine(1000, rate), rate)
    soundfile.write(upload, np.stack([sound] * channels, axis=1), rate, subtype=subtype, format=container)
    made = shape(upload, target)
    assert made == Shaped(rate, channels, 3.2, made.seconds, -20.0, made.peak, clipped=False)
    assert form(target) == (8000, 1, 2)
    prompt = heard(target)
    assert (round(prompt.seconds, 2), round(prompt.peak, 1)) == (made.seconds, made.peak)
    assert prompt.level == pytest.approx(-20, abs=0.5)
    assert prompt.seconds == pytest.approx(telephone.HEAD + 2.0 + telephone.TAIL, abs=0.04)
    assert (prompt.head, prompt.tail) == pytest.approx((telephone.HEAD, telephone.TAIL), abs=0.021)
    found = tones(telephone.read(target))
    assert max(found, key=lambda hertz: found[hertz]) == 1000


def test_what_is_told_of_a_prompt_is_what_was_made(upload: Path, target: Path) -> None:
    sound = between_silence(sine(1000, 44100), 44100)
    soundfile.write(upload, np.stack([sound, sound], axis=1), 44100, subtype="PCM_24", format="WAV")
    assert shape(upload, target) == Shaped(
        rate=44100, channels=2, source_s=3.2, seconds=2.3, level=-20.0, peak=-16.7, clipped=False
    )


def test_what_the_telephone_does_not_carry_is_gone_and_does_not_fold_back(upload: Path, target: Path) -> None:
    sound = between_silence(sine(1000, 48000, amplitude=0.2) + sine(5000, 48000, amplitude=0.6), 48000)
    soundfile.write(upload, sound, 48000, format="WAV")
    shape(upload, target)
    found = tones(telephone.read(target))
    assert [hertz for hertz, level in found.items() if level > -60] == [999, 1000, 1001]


def test_a_recording_of_one_side_only_is_as_loud_as_all(upload: Path, target: Path) -> None:
    sound = between_silence(sine(440, 44100), 44100)
    soundfile.write(upload, np.stack([sound, np.zeros_like(sound)], axis=1), 44100, format="WAV")
    assert shape(upload, target).level == -20.0


def test_a_level_that_the_recorder_added_to_all_of_it_is_not_taken_for_speech(upload: Path, target: Path) -> None:
    soundfile.write(upload, between_silence(sine(1000, 44100), 44100) + 0.02, 44100, format="WAV")
    assert shape(upload, target).seconds == 2.3
    prompt = heard(target)
    assert (prompt.head, prompt.tail) == (telephone.HEAD, telephone.TAIL)


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_sample_that_is_no_number_spoils_nothing(upload: Path, target: Path, broken: float) -> None:
    sound = between_silence(sine(1000, 44100), 44100)
    sound[44100] = broken
    soundfile.write(upload, sound, 44100, subtype="FLOAT", format="WAV")
    assert shape(upload, target).level == -20.0


@pytest.mark.parametrize(
    ("sound", "rate", "code", "value"),
    [
        (np.zeros(16000), 8000, "silent", ""),
        (sine(1000, 8000, amplitude=0.002), 8000, "silent", ""),
        (np.full(16000, 0.1), 8000, "silent", ""),
        (sine(5000, 48000) * np.hanning(96000), 48000, "silent", ""),
        (sine(1000, 8000, SHORTEST_S - 0.1), 8000, "short", "0.2"),
        (np.zeros(0), 8000, "short", "0.0"),
        (sine(1000, 8000, LONGEST_S + 1), 8000, "long", "121"),
        (sine(1000, 6000), 6000, "slow", "6000"),
    ],
    ids=["nothing", "a whisper", "a level", "ultrasound", "short", "empty", "long", "slow"],
)
def test_what_can_be_no_prompt_is_refused_with_why_and_nothing_is_written(
    upload: Path, target: Path, sound: Samples, rate: int, code: str, value: str
) -> None:
    soundfile.write(upload, sound, rate, format="WAV")
    with pytest.raises(Unfit) as unfit:
        shape(upload, target)
    assert (unfit.value.code, unfit.value.value, target.exists()) == (code, value, False)


@pytest.mark.parametrize(
    "content",
    [(FOLDER / TEXTS).read_bytes(), b"", (FOLDER / "greeting.wav").read_bytes()[:20], b"\x89PNG\r\n\x1a\n" * 100],
    ids=["TOML", "empty", "broken off", "a picture"],
)
def test_what_is_no_recording_cannot_be_read(upload: Path, target: Path, content: bytes) -> None:
    upload.write_bytes(content)
    with pytest.raises(Unfit) as unfit:
        shape(upload, target)
    assert (unfit.value.code, target.exists()) == ("unreadable", False)


def test_a_recording_at_both_bounds_is_taken(upload: Path, target: Path) -> None:
    for seconds in (SHORTEST_S, LONGEST_S):
        soundfile.write(upload, sine(1000, 8000, seconds), 8000, format="WAV")
        assert shape(upload, target).source_s == seconds


@pytest.mark.parametrize(("amplitude", "clipped"), [(0.9, False), (3.0, True)])
def test_what_was_too_loud_for_its_recorder_is_told(
    upload: Path, target: Path, amplitude: float, clipped: bool
) -> None:
    soundfile.write(upload, np.clip(sine(300, 16000, amplitude=amplitude), -1, 1), 16000, format="WAV")
    made = shape(upload, target)
    assert (made.clipped, made.level) == (clipped, -20.0)


class Voice:
    """Speaks every text as the same tone, and fails as it is told."""

    def __init__(self, fault: Exception | None = None, amplitude: float = 0.1) -> None:
        self.asked: list[tuple[str, str, float]] = []
        self._fault, self._amplitude = fault, amplitude

    def say(self, text: str, voice: str, speed: float) -> Samples:
        self.asked.append((text, voice, speed))
        if self._fault is not None:
            raise self._fault
        return sine(500, RATE, 1.5, self._amplitude)


def test_a_text_is_spoken_as_it_is_wanted_and_brought_to_the_level_of_all(target: Path) -> None:
    voice = Voice()
    assert say(voice, "您好。", "zf_xiaoyi", 1.1, target) == Shaped(8000, 1, 1.5, 1.5, -20.0, -17.0, clipped=False)
    assert voice.asked == [("您好。", "zf_xiaoyi", 1.1)]
    assert form(target) == (8000, 1, 2)


@pytest.mark.parametrize(
    ("voice", "code", "value"),
    [
        (Voice(ValueError("no sound for X in: X")), "no-sound", "no sound for X in: X"),
        (Voice(ModelError("npm is needed once")), "model", "npm is needed once"),
        (Voice(amplitude=0.0), "silent", ""),
    ],
)
def test_what_the_voice_cannot_speak_is_told_by_its_reason(target: Path, voice: Voice, code: str, value: str) -> None:
    with pytest.raises(Unfit) as unfit:
        say(voice, "X", "zf_xiaoyi", 1.0, target)
    assert (unfit.value.code, unfit.value.value, target.exists()) == (code, value, False)


def run(*words: str | Path, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "agi.prompts.studio", *map(str, words)],
        input=given,
        env=environment or None,
        cwd=FOLDER.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_program_tells_what_it_made_in_one_line(upload: Path, target: Path, tmp_path: Path) -> None:
    soundfile.write(upload, between_silence(sine(1000, 22050), 22050), 22050, format="WAV")
    done = run("shape", upload, target)
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")
    assert json.loads(done.stdout) == asdict(shape(upload, tmp_path / "again.wav"))
    assert target.read_bytes() == (tmp_path / "again.wav").read_bytes()


def test_the_program_tells_a_fault_in_one_line_and_exits_with_one(upload: Path, target: Path) -> None:
    soundfile.write(upload, sine(1000, 6000), 6000, format="WAV")
    done = run("shape", upload, target)
    assert (done.returncode, done.stdout, done.stderr) == (1, '{"fault": "slow", "value": "6000"}\n', "")
    assert not target.exists()


def test_the_program_tells_that_no_text_can_be_spoken_where_the_models_are_not(target: Path, tmp_path: Path) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('not here')", encoding="ascii")
    given = json.dumps({"text": "您好", "voice": "zf_xiaoxiao", "speed": 1.0})
    done = run("say", target, given=given, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, '{"fault": "model", "value": "not here"}\n')


def test_the_program_is_told_by_its_usage_what_it_may_be_asked() -> None:
    done = run("sing")
    assert (done.returncode, done.stdout) == (2, "")
    assert "invalid choice: 'sing'" in done.stderr


def test_of_two_sides_that_put_each_other_out_one_is_taken(tmp_path: Path) -> None:
    voice = 0.3 * np.sin(2 * np.pi * 700 * np.arange(16000) / 16000)
    source, target = tmp_path / "crossed.wav", tmp_path / "prompt.wav"
    soundfile.write(source, np.stack([voice, -voice], 1), 16000)
    assert shape(source, target).level == pytest.approx(-20.0, abs=0.5)


def test_what_is_no_recording_of_one_voice_is_not_read(tmp_path: Path) -> None:
    for name, rate, channels in (("many.wav", 8000, 3), ("fast.wav", 384_000, 1)):
        soundfile.write(tmp_path / name, np.zeros((rate, channels)), rate)
        with pytest.raises(Unfit) as unfit:
            shape(tmp_path / name, tmp_path / "prompt.wav")
        assert (unfit.value.code, unfit.value.value) == ("wide", f"{rate} Hz × {channels}")


def test_a_sentence_without_an_end_is_told_by_how_it_begins(tmp_path: Path) -> None:
    class Breathless:
        def say(self, text: str, voice: str, speed: float) -> Samples:
            raise LongSentence(text)

    with pytest.raises(Unfit) as unfit:
        say(Breathless(), "您好，" * 100, "zf_xiaoxiao", 1.0, tmp_path / "prompt.wav")
    assert (unfit.value.code, unfit.value.value) == ("breathless", ("您好，" * 100)[:20])
