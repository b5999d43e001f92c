"""The lowest version of each dependency that pyproject.toml admits, as constraints for pip."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = project["optional-dependencies"]
for need in (*project["dependencies"], *extras["test"], *extras["fast"], *extras["cluster"]):
    if found := re.fullmatch(r"([\w-]+)(?:\[[\w,]+\])?>=([\d.]+)(?:,.*)?", need):
        print(f"{found[1]}=={found[2]}")
print("pyparsing<3.3")          # newer ones warn of how the lowest matplotlib calls them
