"""JupyterLab for the team: `python -m tools.lab DATENORDNER`, in the folder of the project.

It opens notebooks, one a use, in `erkunden/`, which git ignores, beside codebooks, notebooks and reports. Nothing is saved by
itself: what is only tried changes no report.
"""

import os
import sys
from pathlib import Path

from gkanalysis.core.rawstate import results_folder

HERE = Path(__file__).parent
START = "00_start.ipynb"


def main(data: str) -> None:
    """Make the folder for trying, unless it is there, and become the lab."""
    folder = Path(results_folder(data) or ".", "erkunden")
    folder.mkdir(parents=True, exist_ok=True)
    for book in sorted(HERE.glob("*.ipynb")):
        if not (folder / book.name).exists():
            (folder / book.name).write_bytes(book.read_bytes())
    startup = folder / ".ipython/profile_default/startup/gk.py"
    startup.parent.mkdir(parents=True, exist_ok=True)
    startup.write_bytes((HERE / "startup.py").read_bytes())
    os.environ |= {"IPYTHONDIR": str(startup.parents[2].resolve())}
    os.environ |= {"GKANALYSIS_DATA": data, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    settings = {
        "--ServerApp.root_dir": Path.cwd(), "--FileContentsManager.pre_save_hook": "tools.lab.saving.without_outputs",
        "--LabApp.app_settings_dir": HERE, "--LabApp.default_url": f"/lab/tree/{folder.as_posix()}/{START}",
    }  # fmt: skip
    words = [sys.executable, "-m", "jupyterlab", *(f"{k}={v}" for k, v in settings.items()), *sys.argv[2:]]
    os.execv(sys.executable, words)


if __name__ == "__main__":
    main(sys.argv[1])
