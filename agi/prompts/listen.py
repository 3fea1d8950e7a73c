"""Hears the prompts as a telephone carries them and says what was understood: python -m agi.prompts.listen [NAME ...].

Each recording goes through G.711 A-law to speech recognition; what it hears is compared with the text by pinyin without
tones, since a recogniser writes one sound with many characters. Prints a table for docs/prompts.md; exits 1 when a
prompt has more than 20 % errors. Needs the extra `speech`.
"""

# ruff: noqa: T201 - a command speaks on standard output

import argparse
import re
import sys
from collections.abc import Sequence
from importlib import import_module

from agi.prompts.catalogue import FOLDER, RATE, Prompt, load
from agi.prompts.models import ModelError

MOST_ERRORS = 0.20
DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")


def syllables(text: str) -> list[str]:
    """The pinyin of the Chinese characters and digits of a text, without tones."""
    spoken = re.sub(r"[^\u4e00-\u9fff]", "", text.translate(DIGITS))
    return list(import_module("pypinyin").lazy_pinyin(spoken))


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


def error_rate(text: str, heard: str) -> float:
    """Wrong, missing and added syllables as a share of the text's."""
    wanted = syllables(text)
    return distance(wanted, syllables(heard)) / len(wanted)


def listen(prompts: Sequence[Prompt]) -> bool:
    """Prints the table; whether every prompt was understood. One syllable misheard is let pass in the shortest too."""
    # Imported late: both need libraries of the extra, and --help and a mistyped name do not.
    from agi.prompts.speech import Listener, Whisper  # noqa: PLC0415
    from agi.prompts.telephone import a_law, read  # noqa: PLC0415

    listener: Listener = Whisper()
    understood = True
    print("| prompt | seconds | syllables | pinyin errors | heard |\n|---|---|---|---|---|")
    for prompt in prompts:
        samples = read(FOLDER / f"{prompt.name}.wav")
        heard = listener.hear(a_law(samples))
        rate = error_rate(prompt.text, heard)
        understood = understood and rate <= max(MOST_ERRORS, 1 / prompt.syllables)
        print(f"| {prompt.name} | {len(samples) / RATE:.1f} | {prompt.syllables} | {rate:.0%} | {heard} |", flush=True)
    return understood


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; 0 when every prompt was understood."""
    parser = argparse.ArgumentParser(prog="python -m agi.prompts.listen", description="Check prompts by ear.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these prompts")
    options = parser.parse_args(arguments)
    prompts = load()
    unknown = [name for name in options.names if name not in prompts]
    if unknown:
        print(f"no such prompt: {', '.join(unknown)}; there are {', '.join(prompts)}", file=sys.stderr)
        return 2
    try:
        understood = listen([prompts[name] for name in options.names or prompts])
    except ImportError as error:
        print(f"{error.name} is missing: pip install 'hotline-12345[speech]'", file=sys.stderr)
        return 1
    except ModelError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if understood else 1


if __name__ == "__main__":
    sys.exit(main())
