"""Where bars live in an image, and what noise leaves of them."""

from sktopo.inspection._critical_smear import critical_smear
from sktopo.inspection._robustness import robustness_curve

__all__ = ["critical_smear", "robustness_curve"]
