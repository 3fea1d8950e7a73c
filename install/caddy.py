"""The private Caddy: Debian's package of it, unpacked into the user's cache, not installed.

Installed, it would start a web server of its own on port 80, and it would need root.
"""

import shutil
from pathlib import Path

from config.program import ProgramError
from front import binary
from install import machine, places
from install.command import CommandError, Runner
from install.owner import found
from install.step import Step

PACKAGE = "caddy"
ADVICE = (
    "Debian 12 and 13 have the package caddy in main: check this machine's package sources, or name a Caddy 2.6 or "
    "newer of your own with HOTLINE_CADDY."
)


def caddy_step(runner: Runner) -> Step:
    """The step after which front.binary.find() finds one. An unusable one named by the owner fails it."""

    def ready() -> bool:
        return found("Caddy", binary.find)

    def work(log: Path) -> None:
        places.fetch_whole(binary.private_root(), lambda folder: unpack(runner, folder, log))

    return Step("Caddy", "caddy", ready, work, ADVICE)


def unpack(runner: Runner, folder: Path, log: Path) -> None:
    """Fills the empty `folder` with Debian's Caddy; raises CommandError when none comes or it does not run."""
    package = folder / "package"
    package.mkdir()
    try:
        _download(runner, package, log)
    except CommandError:
        # This machine's package lists are missing or old, and may be root's to bring: fetch lists of our own.
        lists = [
            f"--option={name}={package}/{path}/" for name, path in (("Dir::State::Lists", "l"), ("Dir::Cache", "c"))
        ]
        for path in ("l/partial", "c/archives/partial"):
            (package / path).mkdir(parents=True)
        lists.append("--option=Acquire::Languages=none")
        runner.run(["apt-get", *lists, "update", "--quiet"], log, machine.environment(), package)
        _download(runner, package, log, *lists)
    (file,) = package.glob("*.deb")
    runner.run(["dpkg-deb", "--extract", str(file), str(folder)], log, machine.environment(), folder)
    shutil.rmtree(package)
    try:
        binary.look_at(folder / "usr/bin/caddy")
    except ProgramError as error:
        raise CommandError(["caddy", "version"], 1, str(error)) from error


def _download(runner: Runner, folder: Path, log: Path, *options: str) -> None:
    # Its signature is checked by apt. Run by root, apt would fetch as a user who may not write here.
    command = ["apt-get", *options, "--option=APT::Sandbox::User=root", "download", "--quiet", PACKAGE]
    runner.run(command, log, machine.environment(), folder)
