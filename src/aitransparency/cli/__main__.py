"""``python -m aitransparency.cli``."""

from aitransparency.cli import main

main()
