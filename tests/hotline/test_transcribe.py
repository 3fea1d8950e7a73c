"""Messages written down: each once, what cannot be heard is left, and without the extra a person is told what to do."""

import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from cases.worklist import Worklist
from hotline.transcribe import NOTHING, Hearer, SpeechMissing, outstanding, whisper
from routing.effects import OpenWork
from storage.store import Store
from tests.conftest import CITY
from tests.storage.samples import NOON, ended, recording


class Ear:
    name = "ear"

    def __init__(self, words: str) -> None:
        self.heard: list[Sequence[float]] = []
        self._words = words

    def hear(self, samples: Sequence[float]) -> str:
        self.heard.append(samples)
        return self._words


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(f"sqlite:///{tmp_path}/hotline.db", timezone=CITY)) as opened:
        yield opened


def left(store: Store, call: str, folder: Path, *samples: int) -> None:
    """A message of these samples; without any its file is gone."""
    store.save_call(ended(call, NOON))
    store.open_work(OpenWork(call, "13907330001", NOON))
    row = recording(call, "message", channels=1, file=f"{call}-message.sln")
    store.save_recording(row)
    if samples:
        (folder / row.file).write_bytes(array("h", samples).tobytes())


def written(store: Store, folder: Path, ear: Ear) -> list[tuple[str, str]]:
    worklist = Worklist(store, lambda: NOON + 60, lambda: 3)
    return [
        (item.call_id, item.transcript.text if item.transcript else "")
        for item in outstanding(store, worklist, folder, Hearer(ear.name, ear.hear))
    ]


def test_each_message_is_written_down_once_with_what_was_heard(store: Store, tmp_path: Path) -> None:
    left(store, "c1", tmp_path, 0, 16384, -32768)
    ear = Ear("家里停水三天了。")
    assert written(store, tmp_path, ear) == [("c1", "家里停水三天了。")]
    assert ear.heard == [[0.0, 0.5, -1.0]]
    assert store.wanting_transcripts() == []


def test_one_without_words_is_not_asked_for_again_and_one_without_a_file_stays(store: Store, tmp_path: Path) -> None:
    left(store, "c1", tmp_path, 0)
    left(store, "c2", tmp_path)
    assert written(store, tmp_path, Ear("")) == [("c1", NOTHING)]
    assert [item.call_id for item, _ in store.wanting_transcripts()] == ["c2"]


def test_one_at_which_the_recogniser_fails_and_many_that_are_gone_keep_no_other_from_being_written_down(
    store: Store, tmp_path: Path
) -> None:
    class Deaf(Ear):
        def hear(self, samples: Sequence[float]) -> str:
            if samples == [0.5]:
                raise RuntimeError("out of memory")
            return super().hear(samples)

    for number in range(4):
        left(store, f"c{number}", tmp_path)
    left(store, "c4", tmp_path, 16384)
    left(store, "c5", tmp_path, 0)
    worklist = Worklist(store, lambda: NOON + 60, lambda: 3)
    ear = Deaf("停水了。")
    done = [one.call_id for one in outstanding(store, worklist, tmp_path, Hearer(ear.name, ear.hear), at_once=2)]
    assert done == ["c5"]


def test_without_the_extra_he_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opencc", None)
    with pytest.raises(SpeechMissing, match="make speech"):
        whisper()
