"""A worksheet from a short spec: two versions with proved keys, in every medium, the same bytes each time."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import symcalc as sc

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
folder.mkdir(parents=True, exist_ok=True)
sheet = sc.Worksheet.from_spec(Path(__file__).with_name("15_worksheet.toml"))
print(sheet)

for letter in sheet.letters:
    print("\n" + "-" * 40 + "\n")
    print(sheet.version(letter))
print("\n" + "-" * 40 + "\n")
print(sheet.key("A"))

for form in ("tex", "html", "md", "ipynb"):
    sheet.version("A").save(folder / f"sheet-A.{form}")
    sheet.key("A").save(folder / f"key-A.{form}")
print("\nsaved:", ", ".join(sorted(path.name for path in folder.glob("*-A.*"))))

# The printed page, where LaTeX is installed, and a picture of it.
if len(sys.argv) > 1 and shutil.which("latexmk") and shutil.which("pdftoppm"):
    sheet.key("A").save(folder / "key-A.pdf")
    subprocess.run(["pdftoppm", "-r", "80", "-png", "-singlefile", folder / "key-A.pdf", folder / "worksheet"], check=True)
