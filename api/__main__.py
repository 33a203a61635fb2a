"""`python -m api` is the command `orientation`."""

from api.cli import main

main()
