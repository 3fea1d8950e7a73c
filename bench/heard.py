"""Calls a real Asterisk for every prompt and keeps what came over the line: python -m bench.heard FOLDER [NAME ...].

Each call is SIP and RTP over loopback, A-law at 8 kHz. FOLDER/NAME.wav is what the caller heard from the first packet
to the hang-up, decoded to 16 bit; `python -m agi.prompts.listen --calls FOLDER` says what can be understood of it.
"""

# ruff: noqa: T201 - a command speaks on standard output

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from array import array
from collections.abc import Sequence
from pathlib import Path

from agi.prompts.catalogue import FOLDER as PROMPTS
from agi.prompts.catalogue import RATE, load, read_wave
from bench.alone import Dialplan, alone
from hotline.phone import Line, Phone, PhoneError
from tests.end_to_end import sound

TEMPLATES = Path(__file__).parent / "prompts"
FIRST = 1000
"""The first prompt's number; the next one has the next."""
AT_ONCE = 4
"""Calls at the same time: few, so that packets come in time on a small machine."""
SLACK_S = 20.0
"""How much longer than its prompt a call may take."""


class CallError(Exception):
    """A call did not end as it should; the message says which."""


async def call(number: str, name: str, port: int) -> array[int]:
    """The 16-bit samples, 8000 a second, that a caller of the number hears until he is hung up on."""
    phone = Phone(Line("13907330000", number, server=("127.0.0.1", port)))
    try:
        await phone.dial()
        await phone.answered()
        report = await phone.ended(len(read_wave(PROMPTS / f"{name}.wav")) / RATE + SLACK_S)
    except TimeoutError as error:
        raise CallError(f"{name}: nobody hung up") from error
    finally:
        await phone.close()
    if not report.heard:
        raise CallError(f"{name}: nothing was heard")
    return report.heard


async def keep(names: Sequence[str], folder: Path) -> None:
    """Calls for each prompt and writes what was heard to `folder`; what else is there is left alone."""
    prompts = {str(FIRST + place): name for place, name in enumerate(names)}
    dialplan = Dialplan(TEMPLATES, {"prompts": prompts}, "core waitfullybooted", lambda said: b"fully booted" in said)
    free = asyncio.Semaphore(AT_ONCE)
    with tempfile.TemporaryDirectory(prefix="heard-") as scratch:
        async with alone(Path(scratch) / "home", dialplan, 2 * AT_ONCE) as asterisk:

            async def one(number: str, name: str) -> None:
                async with free:
                    heard = await call(number, name, asterisk.sip_port)
                sound.write(folder / f"{name}.wav", heard.tobytes())

            async with asyncio.TaskGroup() as calls:
                for number, name in prompts.items():
                    calls.create_task(one(number, name))


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; 0 when every call was as it should be."""
    parser = argparse.ArgumentParser(prog="python -m bench.heard", description="Hear the prompts by telephone.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="for the recordings")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these prompts")
    options = parser.parse_args(arguments)
    known = load()
    unknown = [name for name in options.names if name not in known]
    if unknown:
        print(f"no such prompt: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    options.folder.mkdir(parents=True, exist_ok=True)
    names = options.names or list(known)
    faults: list[BaseException] = []
    try:
        asyncio.run(keep(names, options.folder))
    except* (CallError, PhoneError, AssertionError) as broken:
        faults += broken.exceptions
    if faults:
        for fault in faults:
            print(fault, file=sys.stderr)
        return 1
    print(f"{len(names)} calls heard: {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
