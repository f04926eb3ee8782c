"""Shows what is logged as lines for a user: no traceback, unless ``PBXSIM_DEBUG`` asks for it."""

from __future__ import annotations

import logging
import os


def show_log() -> None:
    """Show warnings and errors of the whole process on the standard error, a line each."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("pbxsim: %(message)s"))
    if not os.environ.get("PBXSIM_DEBUG"):
        handler.addFilter(_in_a_line)
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def _in_a_line(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        record.msg = f"{record.getMessage()} ({type(error).__name__}: {error}); PBXSIM_DEBUG=1 shows where"
        record.args, record.exc_info, record.exc_text = (), None, None
    return True
