"""Memory or processes that are used up: the same lack, in the many words that Python has for it."""

from __future__ import annotations

import errno
import resource

_WORDS = ("cannot allocate memory", "failed to map segment", "can't start new thread")
"""Of an ImportError whose shared object found no room, and of a thread that found none (or RLIMIT_NPROC)."""
_UNTOLD = ("error return without exception set", "returned null without setting an exception")
"""Of a SystemError: a C function found no room and did not say so. Without a limit it is the fault that it seems."""
_LIMITS = ((resource.RLIMIT_AS, "ulimit -v"), (resource.RLIMIT_DATA, "ulimit -d"))


def exhausted(error: BaseException) -> str:
    """What to say of an error that means that this process found no memory or no process; empty if it means another."""
    if isinstance(error, OSError) and error.errno == errno.EAGAIN:
        allowed = resource.getrlimit(resource.RLIMIT_NPROC)[0]
        return f"no process could be started: this user has all that are allowed\n  ulimit -u says {allowed}; raise it"
    lacks = isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
    said = str(error).lower()
    untold = isinstance(error, SystemError) and any(words in said for words in _UNTOLD)
    if not lacks and not untold and not any(word in said for word in _WORDS):
        return ""
    for kind, command in _LIMITS:
        soft, _ = resource.getrlimit(kind)
        if soft != resource.RLIM_INFINITY:
            return f"memory is used up: this shell allows {soft / 1e6:.0f} MB\n  {command} unlimited"
    return "" if untold else "memory is used up\n  end what holds it, or use a smaller design"
