"""Warnings that point to the user's line."""

import os
import sys
import warnings

import joblib
import sklearn

# Frames of these stand between a warning and the line that it is about.
_INSIDE = tuple(
    os.path.dirname(file) + os.sep
    for file in (__file__, sklearn.__file__, joblib.__file__)
)


def warn_user(message, category=UserWarning):
    """Warn of the first line outside of sktopo, scikit-learn and joblib."""
    frame, level = sys._getframe(1), 2
    while frame is not None and frame.f_code.co_filename.startswith(_INSIDE):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
