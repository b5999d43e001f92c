"""What no test reaches, function by function, out of a run of the suite under coverage:

    coverage run -m pytest; coverage combine; coverage json
    python tests/benchmarks/uncovered.py coverage.json

Each line is a function with how many of its lines and of its branches are not reached.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(report: str) -> None:
    """The list, and the totals over it."""
    found = json.loads(Path(report).read_text(encoding="utf-8"))
    totals = found["totals"]
    print(f"{totals['covered_lines'] / totals['num_statements']:.1%} of the lines and "
          f"{totals['covered_branches'] / totals['num_branches']:.1%} of the branches are reached.\n")
    for path, file in sorted(found["files"].items()):
        for name, part in file["functions"].items():
            lines, branches = len(part["missing_lines"]), len(part["missing_branches"])
            if lines or branches:
                print(f"{path}  {name or 'module'}: {lines}, {branches}")


if __name__ == "__main__":
    main(sys.argv[1])
