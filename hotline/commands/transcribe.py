"""Write down what citizens said into messages."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from agi.configuration import Layout
from cases.worklist import Worklist
from hotline.literal import literal
from hotline.options import load
from hotline.terminal import Json, opened, out, show_json
from hotline.transcribe import outstanding, whisper

app = typer.Typer()

AGAIN_S = 20.0
Follow = Annotated[bool, typer.Option("--follow", help="Go on with those that come, until it is stopped.")]


@app.command()
def transcribe(follow: Follow = False, as_json: Json = False) -> None:
    """Write down what was said into messages (留言转文字): speech recognition on this machine (extra speech)."""
    settings = load()
    hearer = whisper()
    recordings = Layout(settings.home).recordings
    while True:
        with opened(settings) as store:
            worklist = Worklist(store, time.time, lambda: store.policy().rules.call_back_tries)
            written = []
            for item in outstanding(store, worklist, recordings, hearer):
                assert item.transcript is not None
                written.append({"message": item.number, "text": item.transcript.text})
                if not as_json:
                    out.print(literal(f"{item.number}  {item.transcript.text}"), soft_wrap=True)
        if not follow:
            break
        if not written:
            time.sleep(AGAIN_S)
    if as_json:
        show_json({"items": written})
