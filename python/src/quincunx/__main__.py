"""`python -m quincunx` is the command `quincunx`."""

import os
import subprocess
import sys

from ._program import find_program


def main() -> None:
    """Hand over to the program."""
    command = [str(find_program()), *sys.argv[1:]]
    if sys.platform == "win32":
        sys.exit(subprocess.run(command).returncode)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
