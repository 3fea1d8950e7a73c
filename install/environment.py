"""The locked Python environment in .venv. Standard library only: the system's Python runs it before .venv exists."""

import sys
from pathlib import Path

from install import machine, places, tools
from install.command import Runner
from install.session import session
from install.step import Step, bring, fingerprint, record, stamped

PYTHON = places.VENV / "bin/python"
LOCK = places.PROJECT / "requirements.lock"
DEV_LOCK = places.PROJECT / "requirements-dev.lock"
# Stands in a .venv that has the dev extras: `make run` after `make test` leaves them there.
DEV_MARK = places.VENV / "dev-extras"
SPEECH_PINS = places.PINS / "speech.txt"
# The same for the extra `speech`, which `make speech` brings.
SPEECH_MARK = places.VENV / "speech-extra"


def environment_step(runner: Runner, dev: bool, speech: bool = False) -> Step:
    """The step that makes .venv what the lock says, with the project itself in it as an editable install."""
    lock = DEV_LOCK if dev or DEV_MARK.exists() else LOCK
    build_pins = places.PINS / "setuptools.txt"
    extra = [SPEECH_PINS] if speech or SPEECH_MARK.exists() else []

    def inputs() -> str:
        files = (lock, *extra, places.PROJECT / "pyproject.toml", build_pins, places.PINS / "uv.txt")
        # An editable install knows the packages that were there when it was made, and the folder's place.
        packages = sorted(path.parent.name for path in places.PROJECT.glob("*/__init__.py"))
        return fingerprint(files, sys.version_info[:2], places.PROJECT, *packages)

    def work(log: Path) -> None:
        uv = str(tools.uv(runner, log))
        env = machine.environment()
        if not _fits():
            command = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(places.VENV)]
            runner.run(command, log, env, places.PROJECT)
        into = ["--python", str(PYTHON)]
        runner.run([uv, "pip", "sync", *into, "--require-hashes", str(lock)], log, env, places.PROJECT)
        for pins in extra:
            runner.run([uv, "pip", "install", *into, "--require-hashes", "-r", str(pins)], log, env, places.PROJECT)
            SPEECH_MARK.touch()
        editable = ["--no-deps", "--build-constraints", str(build_pins), "-e", str(places.PROJECT)]
        runner.run([uv, "pip", "install", *into, *editable], log, env, places.PROJECT)
        if lock == DEV_LOCK:
            DEV_MARK.touch()

    return stamped("Python environment", "environment", inputs, (PYTHON, places.VENV / "bin/hotline"), work)


def _fits() -> bool:
    """Whether .venv is one of this Python's minor version."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return PYTHON.exists() and (places.VENV / "lib" / f"python{version}").is_dir()


def main() -> None:
    """Makes .venv; with the argument `dev` also with what tests and checks need, with `speech` with voice and ear."""
    with session() as runner:
        step = environment_step(runner, dev="dev" in sys.argv[1:], speech="speech" in sys.argv[1:])
        if not step.ready():
            sys.stdout.write(f"{step.name} …\n")
            sys.stdout.flush()
        seconds = bring(step)
        if seconds is not None:
            record(step.name, seconds)


if __name__ == "__main__":
    main()
