"""Peaks of signals, images and voxel grids, and how prominent they are."""

from sktopo.peaks._find import Peaks, find_peaks
from sktopo.peaks._finder import PeakFinder

__all__ = ["PeakFinder", "Peaks", "find_peaks"]
