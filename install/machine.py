"""What this machine says about registries and certificates, in the words of the tools that the set-up starts.

pip reads its own configuration; uv has other words for the same things, so they are said to it again. Every file that
uv or pip brings is held against the hash in a lock, whichever index it came from.
"""

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
NPM_CONFIGURATIONS = (Path("/etc/npmrc"), Path("/usr/local/etc/npmrc"), Path("/usr/etc/npmrc"))
UV_INDEX_VARIABLES = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_NO_INDEX",
)
PIP_SECTIONS = ("global", "install")


def environment() -> dict[str, str]:
    """The environment for pip, uv and npm: this process's own, and what the machine's files say besides."""
    return environment_of(os.environ, pip_settings(os.environ, pip_files(os.environ)))


def environment_of(given: Mapping[str, str], pip: Mapping[str, str]) -> dict[str, str]:
    """`given` with what pip's settings `pip` say put into uv's and npm's words; what `given` says itself stays."""
    env = {name: value for name, value in given.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
    added = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_SYSTEM_CERTS": "1",
        # The Python is Debian's; uv would fetch one of its own where it finds none that fits.
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
    }
    if SYSTEM_CERTIFICATES.is_file():
        added["NODE_EXTRA_CA_CERTS"] = str(SYSTEM_CERTIFICATES)
        if "cert" not in pip:
            added["PIP_CERT"] = str(SYSTEM_CERTIFICATES)
    if "cert" in pip:
        added["SSL_CERT_FILE"] = pip["cert"]
    if "proxy" in pip:
        added["HTTPS_PROXY"] = added["HTTP_PROXY"] = pip["proxy"]
    if "timeout" in pip:
        added["UV_HTTP_TIMEOUT"] = pip["timeout"]
    if "trusted-host" in pip:
        added["UV_INSECURE_HOST"] = " ".join(pip["trusted-host"].split())
    if not any(name in given for name in UV_INDEX_VARIABLES) and not _uv_files(given):
        added |= _indexes(pip)
    configuration = next((path for path in NPM_CONFIGURATIONS if path.is_file()), None)
    if configuration:
        # npm looks for it beside itself, and ours lies in the cache.
        added["NPM_CONFIG_GLOBALCONFIG"] = str(configuration)
    env = added | env
    # A machine-wide --user would contradict the folder that the set-up names.
    env["PIP_USER"] = "0"
    return env


def pip_files(given: Mapping[str, str]) -> list[Path]:
    """pip's configuration files, the weakest first."""
    home = Path(given.get("HOME", "/"))
    own = given.get("PIP_CONFIG_FILE")
    if own == os.devnull:
        return []
    files = [Path(folder) / "pip/pip.conf" for folder in given.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")]
    files += [Path("/etc/pip.conf"), home / ".pip/pip.conf", _config(given) / "pip/pip.conf"]
    return files + ([Path(own)] if own else [])


def pip_settings(given: Mapping[str, str], files: list[Path]) -> dict[str, str]:
    """What pip would take from these files and from PIP_* variables, by its long option names."""
    settings: dict[str, str] = {}
    for path in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            # pip itself complains about it in its own words.
            continue
        for section in PIP_SECTIONS:
            if parser.has_section(section):
                settings |= {name.replace("_", "-"): value for name, value in parser.items(section)}
    variables = {name: value for name, value in given.items() if name.startswith("PIP_") and value}
    settings |= {name.removeprefix("PIP_").lower().replace("_", "-"): value for name, value in variables.items()}
    if settings.get("timeout") is None and "default-timeout" in settings:
        settings["timeout"] = settings["default-timeout"]
    return settings


def _indexes(pip: Mapping[str, str]) -> dict[str, str]:
    env: dict[str, str] = {}
    if "index-url" in pip:
        env["UV_DEFAULT_INDEX"] = pip["index-url"]
    if "extra-index-url" in pip:
        env["UV_INDEX"] = " ".join(pip["extra-index-url"].split())
        # As pip does: the release that the lock names is taken from whichever index has it.
        env["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    if "find-links" in pip:
        env["UV_FIND_LINKS"] = ",".join(pip["find-links"].split())
    if pip.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        env["UV_NO_INDEX"] = "1"
    return env


def _config(given: Mapping[str, str]) -> Path:
    return Path(given.get("XDG_CONFIG_HOME") or Path(given.get("HOME", "/")) / ".config")


def _uv_files(given: Mapping[str, str]) -> bool:
    named = given.get("UV_CONFIG_FILE")
    return bool(named) or any(path.is_file() for path in (_config(given) / "uv/uv.toml", Path("/etc/uv/uv.toml")))
