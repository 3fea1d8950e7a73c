"""Engines that speak and hear Mandarin, behind two Protocols; heavy libraries are imported when an engine is made."""

import os
import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from agi.prompts import models
from agi.prompts.catalogue import RATE
from agi.prompts.telephone import Samples, to_telephone, to_wideband, trim

THREADS = 2
# A general opening in simplified script makes the recogniser write it too; it holds no word of the prompts.
SCRIPT = "以下是普通话的句子。"
FULL_WIDTH = str.maketrans({"!": "！", ",": "，", "?": "？", ":": "：", ";": "；"})


class Speaker(Protocol):
    """Says a text."""

    def say(self, text: str, voice: str, speed: float) -> Samples:
        """8 kHz samples of the text."""
        ...


class Listener(Protocol):
    """Hears what is said."""

    def hear(self, samples: Samples) -> str:
        """The words in 8 kHz samples."""
        ...


class LongSentence(ValueError):
    """A sentence is longer than the voice has breath for."""


class Kokoro:
    """Kokoro 82M by ONNX at 24 kHz; it takes 510 tokens at most and gets one sentence at a time."""

    RATE = 24_000
    PAUSE = 0.35  # seconds between sentences
    BREATH = 509  # tokens of one sentence

    def __init__(self) -> None:
        onnxruntime, zh = import_module("onnxruntime"), import_module("misaki.zh")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(models.speech_model()), options, ["CPUExecutionProvider"])
        self._phonemes = zh.ZHG2P()
        vocabulary = Path(__file__).with_name("kokoro_vocab.toml").read_text("utf-8")
        self._vocabulary: dict[str, int] = tomllib.loads(vocabulary)

    def say(self, text: str, voice: str, speed: float) -> Samples:
        """8 kHz samples of the text, sentence by sentence."""
        sentences = re.findall(r"[^。]+。?", text.translate(FULL_WIDTH))
        spoken = [trim(to_telephone(self._sentence(sentence, voice, speed), self.RATE)) for sentence in sentences]
        pause = np.zeros(round(self.PAUSE * RATE))
        joined = [piece for sound in spoken for piece in (sound, pause)]
        return np.concatenate(joined[:-1])

    def _sentence(self, text: str, voice: str, speed: float) -> Samples:
        """24 kHz samples of one sentence."""
        phonemes = str(self._phonemes(text)[0])
        unknown = {character for character in phonemes if character not in self._vocabulary}
        if unknown:
            raise ValueError(f"no sound for {' '.join(sorted(unknown))} in: {text}")
        tokens = [self._vocabulary[character] for character in phonemes]
        if len(tokens) > self.BREATH:
            raise LongSentence(text)
        styles = np.fromfile(models.voice(voice), "<f4").reshape(-1, 256)
        [audio] = self._session.run(
            ["audio"],
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": styles[len(tokens)][None],
                "speed": np.array([speed], np.float32),
            },
        )
        return np.asarray(audio, np.float64).ravel()


class Whisper:
    """Whisper base by faster-whisper, 8-bit, from a local folder."""

    def __init__(self) -> None:
        # The library asks a model hub even for what it has, unless told not to.
        os.environ["HF_HUB_OFFLINE"] = "1"
        whisper = import_module("faster_whisper")
        folder = str(models.hearing_model())
        self._model = whisper.WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=THREADS)

    def hear(self, samples: Samples) -> str:
        """The words in 8 kHz samples."""
        sound = to_wideband(samples).astype(np.float32)
        segments, _ = self._model.transcribe(
            sound, language="zh", beam_size=5, condition_on_previous_text=False, initial_prompt=SCRIPT
        )
        return "".join(segment.text for segment in segments).strip()
