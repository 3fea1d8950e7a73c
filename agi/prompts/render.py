"""Renders prompts that changed: python -m agi.prompts.render [--check] [--all] [NAME ...].

--check needs nothing but Python: it says what is out of date or not fit for the telephone, and exits 1 if anything is.
Rendering needs the extra `speech`.
"""

# ruff: noqa: T201 - a command speaks on standard output

import argparse
import sys

from agi.prompts.catalogue import FOLDER, Prompt, Seal, check, digest, is_stale, load, load_lock, save_lock
from agi.prompts.models import ModelError


def render(prompts: list[Prompt]) -> dict[str, Seal]:
    """Speaks the prompts into their WAV files and gives their seals."""
    # Imported late: --check must run where no speech library is.
    from agi.prompts.speech import Kokoro, Speaker  # noqa: PLC0415
    from agi.prompts.telephone import level_out, write  # noqa: PLC0415

    speaker: Speaker = Kokoro()
    seals = {}
    for prompt in prompts:
        path = FOLDER / f"{prompt.name}.wav"
        samples = level_out(speaker.say(prompt.text, prompt.voice, prompt.speed))
        write(path, samples)
        seals[prompt.name] = Seal(prompt.source, digest(path))
        print(f"{path.name}: {len(samples) / 8000:.1f} s")
    return seals


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; 0 when every prompt is up to date at the end."""
    parser = argparse.ArgumentParser(prog="python -m agi.prompts.render", description="Render spoken prompts.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these prompts")
    parser.add_argument("--check", action="store_true", help="render nothing, say what is wrong")
    parser.add_argument("--all", action="store_true", help="render unchanged prompts too")
    options = parser.parse_args(arguments)

    prompts, seals = load(), load_lock()
    unknown = [name for name in options.names if name not in prompts]
    if unknown:
        print(f"no such prompt: {', '.join(unknown)}; there are {', '.join(prompts)}", file=sys.stderr)
        return 2
    if not options.check:
        chosen = [prompts[name] for name in options.names or prompts]
        due = [prompt for prompt in chosen if options.all or is_stale(prompt, seals.get(prompt.name))]
        try:
            seals |= render(due) if due else {}
        except ImportError as error:
            print(f"{error.name} is missing: run `make speech`", file=sys.stderr)
            return 1
        except ModelError as error:
            print(error, file=sys.stderr)
            return 1
        save_lock({name: seals[name] for name in prompts if name in seals})

    found = [fault for fault in check() if not options.names or fault.split(":")[0] in options.names]
    for fault in found:
        print(fault, file=sys.stderr)
    if not found:
        print(f"{len(options.names or prompts)} prompts are up to date")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
