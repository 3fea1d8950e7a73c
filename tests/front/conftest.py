"""Certificates for the tests of the front."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.fakes import certificates

Maker = Callable[..., tuple[Path, Path]]


@pytest.fixture
def made(tmp_path: Path) -> Maker:
    """Writes a certificate for the names given, and its key."""
    return partial(certificates.write, tmp_path)
