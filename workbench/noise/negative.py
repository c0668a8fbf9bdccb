"""Data that may not be negative."""

from torch import Tensor


def unfit_negative(y: Tensor, sentence: str) -> str:
    """Why a noise cannot explain data below 0, after a sentence that says what it explains; empty where none are."""
    if bool((y < 0).any()):
        return f"{sentence} >= 0, and these data go down to {float(y.min()):.3g}: take Gaussian"
    return ""
