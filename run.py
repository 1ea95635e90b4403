"""Nasaq from the command line: `python run.py` starts it, `python run.py --help` lists the rest."""

from crisis.cli import main

if __name__ == "__main__":
    main()
