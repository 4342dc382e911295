"""`make demo`: what an owner does, in a folder of its own, with a made-up household as the meter.

demo.py [SECONDS]: ends by itself after so long; without, Ctrl-C ends it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """The exit status of the first command that fails, or of the logger."""
    dsmrforge = [sys.executable, "-m", "dsmrforge"]
    seconds = sys.argv[1:2]
    with tempfile.TemporaryDirectory(prefix="dsmrforge-demo-") as folder:
        project = str(Path(folder))
        commands = [
            ["init", project, "--yes"],
            ["build", "--project", project, "--board", "host"],
            ["simulate", "--project", project, *(["--for", *seconds] if seconds else [])],
        ]
        for arguments in commands:
            print("$ dsmrforge", *arguments, flush=True)  # noqa: T201
            status = subprocess.run([*dsmrforge, *arguments], check=False).returncode
            if status != 0:
                return status
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
