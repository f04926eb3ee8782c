"""Shows what is logged as lines for a user: errors without a traceback, unless ``PBXSIM_DEBUG`` asks for more."""

from __future__ import annotations

import logging
import os


def show_log() -> None:
    """Show the errors of the whole process on the standard error, a line each; for debugging, all that is logged."""
    debugging = bool(os.environ.get("PBXSIM_DEBUG"))
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("pbxsim: %(message)s"))
    if not debugging:
        handler.addFilter(_in_a_line)
    logging.basicConfig(handlers=[handler], level=logging.WARNING if debugging else logging.ERROR)


def _in_a_line(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        record.msg = f"{record.getMessage()} ({type(error).__name__}: {error}); PBXSIM_DEBUG=1 shows where"
        record.args, record.exc_info, record.exc_text = (), None, None
    return True
