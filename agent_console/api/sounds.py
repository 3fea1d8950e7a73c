"""The studio of prompts: a sound is made of an upload or of a text, is listened to, and then named by a prompt.

Saved it is with the prompt (`PUT /policy/prompts/{name}`); a sound that none names is taken away in time.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from agent_console import parts
from agent_console.parts import API, Console, Unfit
from agent_console.problems import FieldError, Problem
from agent_console.session import SignedIn

TEXT_MAX = 500

UNFIT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "unreadable": (
            "这个文件读不出声音，请上传 WAV 录音文件。",
            "No sound can be read from this file: upload a WAV recording.",
        ),
        "wide": (
            "{value} 不像一个人的录音，请用单声道或立体声、192 kHz 以下的录音。",
            "{value} is no recording of one voice: one or two channels, 192 kHz at most.",
        ),
        "breathless": (
            "“{value}…”这句话太长，请用句号分成几句后再合成。",
            "“{value}…” is too long for one breath: divide it by 。 into several sentences.",
        ),
        "large": ("文件超过 {value} MB，请剪短后再上传。", "The file is larger than {value} MB: shorten it."),
        "slow": (
            "采样率只有 {value} Hz，电话里听不清，请用 8000 Hz 或更高的采样率重新录音。",
            "{value} Hz is too little for a telephone: record it at 8000 Hz or more.",
        ),
        "long": ("录音长 {value} 秒，提示音最长 120 秒，请剪短。", "It lasts {value} s; a prompt lasts 120 at most."),
        "short": ("录音只有 {value} 秒，太短了，请检查文件。", "It lasts {value} s: too short to be a prompt."),
        "silent": ("录音里没有声音，请检查话筒后重新录音。", "Nothing is heard in it: check the microphone."),
        "no-sound": (
            "文字里有不会读的字符，请改成汉字后再合成。（{value}）",
            "It holds characters that the voice cannot speak: write them as Chinese words. ({value})",
        ),
        "model": (
            "语音合成现在不能用：{value}。请告知管理员，或上传录音。",
            "The voice does not work: {value}. Tell whoever keeps the machine, or upload a recording.",
        ),
        "late": ("{value} 秒内没有做完，请稍后重试，或剪短内容。", "Not done in {value} s: try again, or shorten it."),
        "broken": (
            "没有做成，请重试；如仍不行，请告知管理员查看日志。",
            "It was not made: try again, or tell whoever keeps the machine to look at the log.",
        ),
    }
)
"""Why no prompt can be made of something, and what to do."""


class SoundJson(TypedDict):
    """`sound`: its SHA-256, by which a prompt names it; levels in dBFS.

    `rate`, `channels`, `source_s`: of what was given. `clipped`: that was too loud for its format, which is heard and
    cannot be mended.
    """

    sound: str
    url: str
    seconds: float
    level: float
    peak: float
    rate: int
    channels: int
    source_s: float
    clipped: bool


class Said(BaseModel):
    text: Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]
    voice: Annotated[str, Field(max_length=64)]
    speed: Annotated[float, Field(ge=0.7, le=1.3)] = 1.0


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=f"{API}/prompts/sounds", tags=["prompts"])
    need, studio = console.gate.need, console.studio

    @routes.post("", status_code=201)
    async def upload(request: Request, who: Annotated[SignedIn, Depends(need("prompts/record"))]) -> SoundJson:
        """The body is a recording (WAV), as it comes; the answer is what callers would hear."""
        try:
            return _shown(await studio.shape(request.stream()))
        except Unfit as unfit:
            raise _unfit(unfit, "file") from unfit
        except OSError as full:
            raise _not_kept(full) from full

    @routes.post("/speech", status_code=201)
    async def speak(given: Said, who: Annotated[SignedIn, Depends(need("prompts/record"))]) -> SoundJson:
        """The text, spoken by a voice of this machine."""
        if given.voice not in studio.voices:
            errors = [FieldError("voice", "没有这个声音，请从列表中选择。", "There is no such voice: choose one.")]
            raise Problem(422, "no-such-voice", "没有合成：没有这个声音。", "Not spoken: no such voice.", errors=errors)
        if any(character.isdigit() for character in given.text):
            zh, en = "合成时数字请写成汉字，例如“一二三四五”。", "Write digits as Chinese words, as 一二三四五."
            raise Problem(422, "digits", f"没有合成：{zh}", f"Not spoken: {en}", errors=[FieldError("text", zh, en)])
        try:
            return _shown(await studio.say(given.text, given.voice, given.speed))
        except Unfit as unfit:
            raise _unfit(unfit, "text") from unfit
        except OSError as full:
            raise _not_kept(full) from full

    @routes.get("/{sound}")
    async def hear(sound: str, who: Annotated[SignedIn, Depends(need("prompts"))]) -> FileResponse:
        """As callers would hear it, WAV."""
        file = studio.file(sound)
        if file is None:
            raise Problem(404, "no-such-sound", "这段声音已不在，请重新制作。", "This sound is gone: make it anew.")
        return FileResponse(file, media_type="audio/wav")

    return routes


def _shown(made: parts.Sound) -> SoundJson:
    return {
        "sound": made.sound,
        "url": f"/api/v1/prompts/sounds/{made.sound}",
        "seconds": made.seconds,
        "level": made.level,
        "peak": made.peak,
        "rate": made.rate,
        "channels": made.channels,
        "source_s": made.source_s,
        "clipped": made.clipped,
    }


def _unfit(unfit: Unfit, field: Literal["file", "text"]) -> Problem:
    zh, en = (words.format(value=unfit.value) for words in UNFIT.get(unfit.code, UNFIT["broken"]))
    return Problem(422, "unfit-sound", zh, en, errors=[FieldError(field, zh, en)])


def _not_kept(full: OSError) -> Problem:
    return Problem(
        507,
        "no-room",
        f"没有存下：磁盘写不进去（{full.strerror}）。请告知管理员清理磁盘后重试。",
        f"Not kept: the disk does not take it ({full.strerror}). Make room, and try again.",
    )
