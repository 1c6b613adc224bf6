"""`python -m fourbeat`."""

from fourbeat.cli.app import main

main()
