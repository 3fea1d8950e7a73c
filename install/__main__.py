"""The part of the set-up that runs in .venv. `npm …` runs the pages' npm instead."""

import os
import sys

from rich.console import Console

from install import places, tools
from install.asterisk import asterisk_step
from install.caddy import caddy_step
from install.hearing import hearing_step
from install.page import build_step, packages_step
from install.progress import bring_all, show_times
from install.session import session
from install.speech import speech_step


def main(arguments: list[str]) -> None:
    """`run` and `test` bring Asterisk, Caddy and the built pages, `check` only the pages' packages, `hearing` only the
    recogniser of `make heard`, `speech` the models of voice and ear.
    """
    if arguments[0] == "npm":
        os.chdir(places.WEB)
        command = tools.npm(*arguments[1:])
        os.execve(command[0], command, tools.node_environment())  # noqa: S606 - our own npm
    console = Console(highlight=False)
    with session() as runner:
        if arguments[0] == "hearing":
            bring_all([[hearing_step(runner)]], runner, console)
            return
        if arguments[0] == "speech":
            bring_all([[speech_step(runner)]], runner, console)
            return
        page = [packages_step(runner)] if arguments[0] == "check" else [packages_step(runner), build_step(runner)]
        debian = [] if arguments[0] == "check" else [asterisk_step(runner), caddy_step(runner)]
        bring_all([page, debian], runner, console)
        show_times(console)


if __name__ == "__main__":
    main(sys.argv[1:])
