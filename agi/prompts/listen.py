"""Hears the prompts as a telephone carries them and says what was understood: python -m agi.prompts.listen [NAME ...].

Each recording goes through G.711 A-law to speech recognition, or, with --calls FOLDER, what a caller heard and
`python -m bench.heard` kept. It is compared with the text by pinyin without tones, since a recogniser writes one sound
with many characters. Prints a table for docs/prompts.md; exits 1 when more than 10 % of all syllables are wrong, and
without --calls also when more than 20 % of one prompt's are. Needs what `make heard` brings.
"""

# ruff: noqa: T201 - a command speaks on standard output

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from pathlib import Path

from agi.prompts.catalogue import FOLDER, RATE, Prompt, load
from agi.prompts.models import ModelError

MOST_ERRORS = 0.20
"""Of one prompt's syllables."""
MOST_ERRORS_OF_ALL = 0.10
DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")

Pinyin = Callable[[str], list[str]]
"""The syllables of a text, without tones; a word in Latin letters is one."""


@dataclass(frozen=True)
class Score:
    """`errors` wrong, missing and added syllables against the `syllables` of the text."""

    errors: int
    syllables: int

    def __add__(self, other: "Score") -> "Score":
        return Score(self.errors + other.errors, self.syllables + other.syllables)

    @property
    def rate(self) -> float:
        """Errors as a share of the text's syllables."""
        return self.errors / self.syllables


def readings(figure: str) -> list[str]:
    """How a figure may have been spoken, in characters: a recogniser writes 12 for 十二, and 110 for 幺幺零."""
    one_by_one = figure.translate(DIGITS)
    if len(figure) == 1:
        return ["二", "两"] if figure == "2" else [one_by_one]
    if len(figure) == 2 and figure[0] != "0":
        tens, units = list(one_by_one)
        return [("" if tens == "一" else tens) + "十" + ("" if units == "零" else units)]
    return [one_by_one, one_by_one.replace("一", "幺")] if "1" in figure else [one_by_one]


def spoken(text: str) -> list[str]:
    """The ways to say a text: its figures in words, nothing but Chinese characters and words in Latin letters."""
    pieces = re.split(r"([0-9]+)", text)
    ways = [readings(piece) if piece.isdecimal() else [piece] for piece in pieces]
    return [re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", "".join(way)) for way in product(*ways)]


def pinyin(text: str) -> list[str]:
    """The syllables that pypinyin reads."""
    return list(import_module("pypinyin").lazy_pinyin(text))


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """The fewest insertions, deletions and changes that make one sequence the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for number, item in enumerate(one, 1):
        previous, row[0] = row[0], number
        for column, candidate in enumerate(other, 1):
            previous, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, previous + (item != candidate)),
            )
    return row[-1]


def score(text: str, heard: str, syllables: Pinyin = pinyin) -> Score:
    """How far what was heard is from the text; where a figure can be read in two ways, by the nearer one."""
    wanted = [syllables(way) for way in spoken(text)]
    found = [syllables(way) for way in spoken(heard)]
    return min(
        (Score(distance(one, other), len(one)) for one in wanted for other in found), key=lambda score: score.rate
    )


def listen(prompts: Sequence[Prompt], calls: Path | None) -> bool:
    """Prints the table; whether they were understood. One syllable misheard is let pass in the shortest too.

    `calls`: the folder of what callers heard; None: the recordings themselves.
    """
    # Imported late: both need libraries that are not the hotline's, and --help and a mistyped name do not.
    from agi.prompts.speech import Listener, Whisper  # noqa: PLC0415
    from agi.prompts.telephone import a_law, read  # noqa: PLC0415

    listener: Listener = Whisper()
    understood, total = True, Score(0, 0)
    print("| prompt | seconds | syllables | pinyin errors | text | heard |\n|---|---|---|---|---|---|")
    for prompt in prompts:
        samples = read((calls or FOLDER) / f"{prompt.name}.wav")
        heard = listener.hear(samples if calls else a_law(samples))
        found = score(prompt.text, heard)
        total += found
        understood = understood and found.rate <= max(MOST_ERRORS, 1 / found.syllables)
        columns = (prompt.name, f"{len(samples) / RATE:.1f}", found.syllables, f"{found.rate:.0%}", prompt.text, heard)
        print(f"| {' | '.join(map(str, columns))} |", flush=True)
    print(f"\n{len(prompts)} prompts, {total.errors} of {total.syllables} syllables wrong: {total.rate:.1%}")
    return total.rate <= MOST_ERRORS_OF_ALL and (understood or calls is not None)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; 0 when every prompt was understood."""
    parser = argparse.ArgumentParser(prog="python -m agi.prompts.listen", description="Check prompts by ear.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these prompts")
    parser.add_argument("--calls", type=Path, metavar="FOLDER", help="what callers heard, NAME.wav each")
    options = parser.parse_args(arguments)
    prompts = load()
    unknown = [name for name in options.names if name not in prompts]
    if unknown:
        print(f"no such prompt: {', '.join(unknown)}; there are {', '.join(prompts)}", file=sys.stderr)
        return 2
    try:
        understood = listen([prompts[name] for name in options.names or prompts], options.calls)
    except ImportError as error:
        print(f"{error.name} is missing; make heard brings it", file=sys.stderr)
        return 1
    except (ModelError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if understood else 1


if __name__ == "__main__":
    sys.exit(main())
