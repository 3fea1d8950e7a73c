"""The private Asterisk: Debian's packages of it from a newer release, unpacked into the user's cache, not installed."""

import shutil
import subprocess
from pathlib import Path

from agi import asterisk_binary
from config.program import ProgramError
from install import machine, places
from install.command import CommandError, Runner
from install.owner import found
from install.step import Step

# Debian 12 and 13 have no Asterisk; this is the release after them.
SUITE = "forky"
PACKAGES = ("asterisk", "asterisk-modules", "asterisk-config", "asterisk-core-sounds-en-gsm")


def asterisk_step(runner: Runner) -> Step:
    """The step after which asterisk_binary.find() finds one. An unusable one named by the owner fails it."""

    def ready() -> bool:
        return found("Asterisk", asterisk_binary.find)

    def work(log: Path) -> None:
        places.fetch_whole(asterisk_binary.private_root(), lambda folder: unpack(runner, folder, log))

    return Step("Asterisk", "asterisk", ready, work)


def unpack(runner: Runner, folder: Path, log: Path) -> None:
    """Fills the empty `folder` with a complete Asterisk; raises CommandError when it is not the wanted version."""
    env = machine.environment()
    # The machine's own mirror first: it may be the only one in reach. It need not carry the newer release.
    mirrors = [*machine_mirrors(), ""]
    for mirror in mirrors:
        try:
            runner.run([*mmdebstrap(folder), *filter(None, [mirror])], log, env, places.PROJECT)
            break
        except CommandError:
            if mirror == mirrors[-1]:
                raise
            shutil.rmtree(folder)
            folder.mkdir()
    try:
        version = asterisk_binary.look_at(folder / "usr/sbin/asterisk").version
    except ProgramError as error:
        raise CommandError(["asterisk", "-V"], 1, str(error)) from error
    if version[0] != asterisk_binary.PRIVATE_MAJOR:
        raise CommandError(
            ["asterisk", "-V"], 1, f"version {version[0]} came, {asterisk_binary.PRIVATE_MAJOR} is wanted"
        )


def mmdebstrap(folder: Path) -> list[str]:
    """The command that unpacks, without the mirror. Its packages' signatures are checked with Debian's keys."""
    return [
        "mmdebstrap",
        "--variant=extract",
        # Needs no root and leaves files of the caller's own: the user-namespace mode leaves ones that he cannot remove.
        "--mode=chrootless",
        # A list of packages of a release in the making counts as stale after a week; a mirror may be older than that.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        *_proxies(),
        f"--include={','.join(PACKAGES)}",
        SUITE,
        str(folder),
    ]


def machine_mirrors() -> list[str]:
    """The mirrors from which this Debian takes its own packages."""
    targets = _said("apt-get", "indextargets", "--format", "$(REPO_URI) $(LABEL) $(COMPONENT)", "Created-By: Packages")
    rows = [line.split() for line in targets]
    found = [row[0].rstrip("/") for row in rows if row[1:] == ["Debian", "main"] and row[0].startswith("http")]
    return list(dict.fromkeys(found))


def _proxies() -> list[str]:
    # mmdebstrap starts apt with a configuration of its own.
    lines = [line for line in _said("apt-config", "dump", "Acquire") if "::Proxy " in line or "::proxy " in line]
    return [f"--aptopt={line.rstrip(';')}" for line in lines if not line.endswith('"";')]


def _said(*command: str) -> list[str]:
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=30, stdin=subprocess.DEVNULL
        )
    except OSError:
        return []
    return answer.stdout.splitlines()
