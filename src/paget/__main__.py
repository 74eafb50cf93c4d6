"""``python -m paget``: the command line."""

from paget.cli import main

if __name__ == "__main__":
    main()
