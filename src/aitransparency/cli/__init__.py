"""The command line: it parses, calls the public functions and prints.

Exit codes: 0 done; 1 a job that was refused (a leak, values that do not fit, a damaged file);
2 wrong use. An error is one line on standard error.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``aitransparency``; the entry point of the console script."""
    from aitransparency.cli.app import app
    from aitransparency.cli.exits import exit_code, one_line
    from aitransparency.errors import AitransparencyError

    try:
        app()
    except AitransparencyError as error:
        print(f"aitransparency: {one_line(error)}", file=sys.stderr)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        print("aitransparency: interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
