"""The pages for the browser: their packages from the npm registry, and their build."""

from pathlib import Path

from install import places, tools
from install.command import Runner
from install.step import Step, fingerprint, stamped

MANIFESTS = ("package.json", "package-lock.json", ".npmrc")
ADVICE = "The pages in agent_console/web do not build: correct what the log names."
NOT_SOURCES = {"node_modules", "dist"}


def packages_step(runner: Runner) -> Step:
    """The step that fetches Node and the pages' packages."""
    manifests = [places.WEB / name for name in MANIFESTS]

    def inputs() -> str:
        return fingerprint([*manifests, places.PINS / "node.txt"])

    def work(log: Path) -> None:
        tools.fetch_node(runner, log)
        runner.run(tools.npm("ci", "--no-audit", "--no-fund"), log, tools.node_environment(), places.WEB)

    outputs = (tools.node_folder() / "bin/node", places.WEB / "node_modules")
    return stamped("Packages of the pages", "page-packages", inputs, outputs, work)


def build_step(runner: Runner) -> Step:
    """The step that builds the pages into dist."""

    def inputs() -> str:
        return fingerprint(sources(places.WEB), (places.PINS / "node.txt").read_text())

    def work(log: Path) -> None:
        runner.run(tools.npm("run", "build"), log, tools.node_environment(), places.WEB)

    return stamped("Pages", "page", inputs, (places.WEB / "dist/index.html",), work, advice=ADVICE)


def sources(folder: Path) -> list[Path]:
    """The files from which the pages are built, in a fixed order."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in NOT_SOURCES:
            found += sources(path)
        elif path.is_file():
            found.append(path)
    return found
