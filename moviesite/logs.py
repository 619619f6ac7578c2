"""What no log may keep."""

import logging

from catalog import opaque


class NoViewers(logging.Filter):
    """Leaves a partner's word for a viewer out of every line: a log outlives whoever is erased."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if (masked := opaque.masked(said)) != said:
            record.msg, record.args = masked, ()
        return True
