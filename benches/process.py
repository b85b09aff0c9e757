"""Runs one program and says how long it took and how much memory it had at most.

Imports nothing large: on Linux a child's peak is at least its parent's size at the moment of the fork.
"""

import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass

PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Outcome:
    seconds: float
    peak: int  # bytes, of the largest process that was started
    code: int
    out: str
    err: str
    stopped: str = ""  # why it was ended from here


def run(argv, timeout, memory):
    """Ends the program and its children after `timeout` seconds, or when they hold more than `memory` bytes."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True)
        over, why = threading.Event(), []
        watch = threading.Thread(target=_watch, args=(child.pid, started + timeout, timeout, memory, over, why))
        watch.start()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        over.set()
        watch.join()
        # The child is gone already; Popen must not look for it again.
        child.returncode = os.waitstatus_to_exitcode(status)
        return Outcome(seconds, usage.ru_maxrss * 1024, child.returncode, _tail(out), _tail(err), "".join(why))


def _tail(file):
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 1_000_000))
    return file.read().decode(errors="replace")


def _watch(pid, deadline, timeout, memory, over, why):
    while not over.wait(0.05):
        held = _resident(pid)
        if time.perf_counter() > deadline:
            why.append(f"stopped after {timeout:.0f} s")
        elif held > memory:
            why.append(f"stopped above {memory / 2**30:.0f} GiB")
        if why:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            return


def _resident(pid):
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def forget_peak(pid):
    """Starts the peak of a running server anew."""
    with open(f"/proc/{pid}/clear_refs", "w") as file:
        file.write("5")


def peak_of(pid):
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
