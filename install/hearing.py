"""Speech recognition for `make heard`, in a folder of its own: 600 MB that nothing else needs."""

import sys
from pathlib import Path

from install import machine, places, tools
from install.command import Runner
from install.step import Step, fingerprint, stamped

VENV = places.STATE.parent / "hearing"
PYTHON = VENV / "bin/python"
LOCK = places.PINS / "hearing.txt"


def hearing_step(runner: Runner) -> Step:
    """The step that makes build/hearing what the lock says; the project is found there by its folder alone."""

    def work(log: Path) -> None:
        uv = str(tools.uv(runner, log))
        env = machine.environment()
        runner.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)], log, env, places.PROJECT)
        into = ["--python", str(PYTHON), "--require-hashes"]
        runner.run([uv, "pip", "sync", *into, str(LOCK)], log, env, places.PROJECT)

    return stamped("Speech recognition", "hearing", lambda: fingerprint([LOCK], sys.version_info[:2]), [PYTHON], work)
