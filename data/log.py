"""What the process writes down for those who run it."""

import logging
import os
import sys
from typing import Any

import structlog


def set_up_log() -> None:
    """Log to stderr, one line per event, from LOG_LEVEL on: readable on a terminal, JSON where nobody watches."""
    last: Any = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    steps: list[Any] = [structlog.stdlib.add_log_level, stamp, structlog.processors.format_exc_info]
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=steps))
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "WARNING").upper(), handlers=[handler], force=True)
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a load that outlasts its turn is no event
    structlog.configure(
        processors=[*steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
