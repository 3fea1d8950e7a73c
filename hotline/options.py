"""What `hotline up` is told at the command line, over the settings; the commands beside it learn it from HOME."""

import json
import os

from config import settings as config
from config.settings import PREFIX, Settings
from hotline.hold import is_running
from hotline.places import Places

OPTIONS = ("bind", "tls")
"""The settings that are options of `hotline up` too."""


def taken(**given: str | None) -> Settings:
    """The settings with the options `given` over them (None: not given); raises `SettingsError`.

    They are put into this process's environment, which the application inherits.
    """
    os.environ.update(_named({name: value for name, value in given.items() if value is not None}))
    return config.load()


def keep(places: Places, settings: Settings) -> None:
    """Write down what this keeper has of them, told or not, for as long as it runs."""
    kept = _named({name: str(getattr(settings, name)) for name in OPTIONS})
    places.options.write_text(json.dumps(kept) + "\n", encoding="utf-8")


def load() -> Settings:
    """The settings as the hotline that runs in HOME has them; as they stand where none runs."""
    settings = config.load()
    places = Places(settings.home)
    if not is_running(places) or not places.options.exists():
        return settings
    return config.load({**os.environ, **json.loads(places.options.read_text(encoding="utf-8"))})


def _named(values: dict[str, str]) -> dict[str, str]:
    return {PREFIX + name.upper(): value for name, value in values.items()}
