"""`python -m symcalc` is the `symcalc` command."""

from symcalc.cli import run

if __name__ == "__main__":
    run()
