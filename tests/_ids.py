"""Names of parametrized tests."""

import re


def name_of(value):
    """``str`` without addresses, which would differ from process to process."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))
