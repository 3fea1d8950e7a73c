"""What the process of the application does before it serves."""

import subprocess
import sys
from pathlib import Path

LIMITS = """
import resource
from hotline import app

resource.setrlimit(resource.RLIMIT_NOFILE, (256, 4000))
app.allow_files()
print(resource.getrlimit(resource.RLIMIT_NOFILE))
app.OPEN_FILES = 1000
app.allow_files()  # never fewer than it has
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_the_application_takes_as_many_open_files_as_it_may_have() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITS], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.splitlines() == ["(4000, 4000)"] * 2
