"""Scripts that need our packages go on under the Python that has them."""

import importlib.util
import os
import sys

from install import ROOT, VENV


def with_packages():
    sys.path.insert(1, ROOT)
    if importlib.util.find_spec("django"):
        return
    python = os.path.join(os.environ.get("DEMO_VENV") or VENV, "bin", "python")
    if not os.path.exists(python) or os.environ.get("DMA_LOOKED"):
        sys.exit("The packages are not installed here: run make demo once, or use the container.")
    os.environ["DMA_LOOKED"] = "1"
    os.execv(python, [python, *sys.argv])  # noqa: S606
