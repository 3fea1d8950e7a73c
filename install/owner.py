"""Programs that the owner names, which the set-up then does not bring."""

import os
import tomllib

from install import places


def named(setting: str) -> str | None:
    """The program named by HOTLINE_<SETTING>, or by `setting` in hotline.toml."""
    value = os.environ.get(f"HOTLINE_{setting.upper()}")
    if value:
        return value
    try:
        settings = tomllib.loads((places.PROJECT / "hotline.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        # The application names the fault in a settings file when it starts.
        return None
    found = settings.get(setting)
    return found if isinstance(found, str) else None
