"""What is left of the first process once it has forked the others: a program of four megabytes that watches over them.

Run alone (`python -I -S supervisor.py WATCH`), in the place of the process that was their parent, and with the standard library only: a
parent that kept the house loaded weighed 40 MB, since what its children change is no longer shared with it. A process that dies
is replaced by the command that was given, started again as its heir (`serve --heir`): it is there in two seconds or three, and meanwhile
the others answer, on the same listening socket.
"""

import json
import os
import signal
import sys
import time
from typing import Any

TOO_SHORT = 10.0  # a process that ends by itself before this has a trouble that a restart does not cure…
TOO_OFTEN = 5  # …when it happens so many times running
ENDS = (signal.SIGTERM, signal.SIGINT)
PATIENCE = 15  # seconds for the processes to end by themselves
GIVING_UP = "Les processus s’arrêtent aussitôt lancés\u00a0: les traces disent pourquoi.\n"


class Supervisor:
    """Lives as long as its children; SIGTERM and SIGINT, which its parent had blocked, end them all."""

    def __init__(self, *, command: list[str], children: dict[str, int], listener: int, lifeline: int, held: int) -> None:
        self._command, self._listener, self._lifeline = command, listener, lifeline
        self._children = {int(child): (which, time.monotonic()) for child, which in children.items()}
        self._short_lives = 0
        self._ending = False
        os.set_inheritable(held, False)  # only we hold that end of the lifeline: the children see it close when we die, however we die

    def live(self) -> int:
        for number in ENDS:
            signal.signal(number, self._end)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
        while self._children:
            child, status = os.wait()
            if child in self._children:
                which, born = self._children.pop(child)
                if not self._ending:
                    self._replace(which, os.waitstatus_to_exitcode(status), time.monotonic() - born)
        if self._short_lives >= TOO_OFTEN:
            os.write(sys.stderr.fileno(), GIVING_UP.encode())
            return 1
        return 0

    def _replace(self, which: int, status: int, lived: float) -> None:
        was_killed = status == -signal.SIGKILL  # by a person, or by a system short of memory: it is not its own trouble
        self._short_lives = self._short_lives + 1 if lived < TOO_SHORT and not was_killed else 0
        if self._short_lives >= TOO_OFTEN:
            self._end()
            return
        heir = (self._listener, self._lifeline, which, status, round(lived, 1))
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # until we know the one who is born
        child = os.posix_spawn(
            self._command[0],
            [*self._command, "--heir", *map(str, heir)],
            os.environ,
            setsigmask=(),
            setsigdef=ENDS,
        )
        self._children[child] = (which, time.monotonic())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)

    def _end(self, *_: object) -> None:
        self._ending = True
        self._signal_all(signal.SIGTERM)
        signal.signal(signal.SIGALRM, lambda *_: self._signal_all(signal.SIGKILL))
        signal.alarm(PATIENCE)

    def _signal_all(self, number: int) -> None:
        for child in self._children:
            os.kill(child, number)


if __name__ == "__main__":
    watch: dict[str, Any] = json.loads(sys.argv[1])
    sys.exit(Supervisor(**watch).live())
