"""What a long run shows of itself while it goes on."""

import sys
import time
from contextlib import suppress

_PAUSE = 0.1  # seconds between two looks of a line
_LOG_PAUSE = 10.0  # where each look is a line of a file


def within(verbose):
    """How verbose the parts of a run are that has a line of its own."""
    return 0 if verbose == 1 else verbose


def settings_within(settings, max_iter):
    """The settings of a part of a run, which is so long at most."""
    verbose = within(settings["verbose"])
    return {**settings, "max_iter": max_iter, "verbose": verbose}


class ProgressLine:
    """One line that moves, with what is done, how fast, and how long it will take.

    It is tqdm's where that is installed, in notebooks too, and goes to the standard
    error.

    Parameters
    ----------
    name : str
        What is going on.
    total : int or None
        Of the parts that ``advance`` counts; None where that is not known.
    unit : str
        What a part is called.
    verbose : int
        0 shows nothing, 1 the line; 2 prints a line for each part instead.

    Examples
    --------
    >>> from sktopo._progress import ProgressLine
    >>> with ProgressLine("Adam", 2, "step", verbose=2) as line:
    ...     line.advance(loss=0.5)
    ...     line.advance(loss=0.25)
    [Adam] step 1 of 2: loss=0.5
    [Adam] step 2 of 2: loss=0.25
    """

    def __init__(self, name, total, unit, verbose):
        self.name, self.total, self.unit = name, total, unit
        self.verbose = int(verbose)
        self._done, self._bar, self._also = 0, None, None

    def also(self, function):
        """Have a function called with every part, whatever is shown."""
        self._also = function

    @property
    def is_watched(self):
        """Whether it has to be advanced."""
        return bool(self.verbose) or self._also is not None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """End the line; whatever advances later begins a new one."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        self._done = 0

    def advance(self, n_parts=1, **shown):
        """Count a part or more, and show some numbers with them."""
        for _ in range(n_parts if self._also else 0):
            self._also()
        if not self.verbose:
            return
        self._done += n_parts
        if self.verbose == 1:
            if self._bar is None:
                self._bar = _bar(self.name, self.total, self.unit)
            self._bar.set_postfix_str(_numbers(shown), refresh=False)
            self._bar.update(n_parts)
            return
        of_all = "" if self.total is None else f" of {self.total}"
        numbers = _numbers(shown)
        end = f": {numbers}" if numbers else ""
        print(f"[{self.name}] {self.unit} {self._done}{of_all}{end}")


def _numbers(shown):
    return ", ".join(f"{name}={_short(value)}" for name, value in shown.items())


def _short(value):
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _bar(name, total, unit):
    with suppress(ImportError):
        from tqdm.auto import tqdm

        return tqdm(desc=name, total=total, unit=unit, mininterval=_PAUSE)
    return _PlainBar(name, total, unit)


class _PlainBar:
    """A line without tqdm: on a terminal it is written over, in a file now and then."""

    def __init__(self, name, total, unit):
        self._name, self._total, self._unit = name, total, unit
        self._start = self._last = time.monotonic()
        self._done, self._numbers, self._width = 0, "", 0
        self._is_terminal = sys.stderr.isatty()

    def set_postfix_str(self, numbers, refresh=True):
        self._numbers = numbers

    def update(self, n):
        self._done += n
        now = time.monotonic()
        if now - self._last >= (_PAUSE if self._is_terminal else _LOG_PAUSE):
            self._last = now
            self._write("")

    def close(self):
        self._write("\n")

    def _write(self, end):
        seconds = time.monotonic() - self._start
        text = f"{self._name}: {self._done}"
        if self._total is not None:
            text += f"/{self._total}"
        text += f" {self._unit}s"
        if self._done and seconds > 0:
            text += f", {self._done / seconds:.3g}/s"
            if self._total is not None and self._done < self._total:
                left = seconds * (self._total - self._done) / self._done
                text += f", {left:.0f} s left"
        text += f", {self._numbers}" if self._numbers else ""
        # What was longer before is written over.
        line = text.ljust(self._width)
        self._width = len(text)
        start = "\r" if self._is_terminal else ""
        print(start + line, end=end if self._is_terminal else "\n", file=sys.stderr)
        sys.stderr.flush()
