"""Run a program that ends when the process that started it is gone, even by SIGKILL.

python ops/tethered.py PARENT_PID manage.py run_jobs
python ops/tethered.py PARENT_PID -m gunicorn ...
"""

import os
import runpy
import signal
import sys
import threading
import time

LOOK_EVERY = 0.5  # seconds
PATIENCE = 10  # seconds to end by itself


def end_with(parent):
    """Nobody signals the children of a killed process; they see that they were adopted."""
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)


def main():
    parent = int(sys.argv[1])
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    del sys.argv[:2]
    sys.path[0] = os.getcwd()
    if sys.argv[0] == "-m":
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
