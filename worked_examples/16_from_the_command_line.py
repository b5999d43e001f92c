"""Your own loss without a line of Python: what one types at the prompt, and what comes back."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TABLE = "hours,points\n1,2\n2,3\n3,7\n4,8\n"
COMMANDS = (
    ["derive", "(points - m*hours)^2", "--wrt", "m"],
    ["check", "(points - m*hours)^2", "2*(points - m*hours)", "--wrt", "m"],
    ["descend", "mean((points - (m*hours + b))^2)", "--data", "hours.csv", "--start", "m=0,b=0", "--rate", "0.05",
     "--steps", "5", "--plot", "hours.png"],
    ["minimum", "mean((points - (m*hours + b))^2)", "--data", "hours.csv"],
)
SESSION = "mean((points - m*hours)^2)\ndata hours.csv\nderive m brief\nrate 0.05\nstep\nstep 5\nquit\n"


def typed(*command, said=None):
    """What the command prints, in a folder where the table is."""
    done = subprocess.run([sys.executable, "-m", "symcalc", *command], cwd=folder, input=said, stdout=subprocess.PIPE,
                          text=True, encoding="utf-8")
    print("$ symcalc", *(part if part.isalnum() or part.startswith("-") else f'"{part}"' for part in command))
    print(done.stdout)


with tempfile.TemporaryDirectory() as folder:
    Path(folder, "hours.csv").write_text(TABLE)
    for command in COMMANDS:
        typed(*command)
    typed(said=SESSION)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(folder, "hours.png"), sys.argv[1])
