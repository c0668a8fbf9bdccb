"""What a network has learned, beside what there was to learn: its residual and the score, its prior and the density."""

from workbench.analysis.learned.learned_curve import LearnedCurve, SignalLine, learned_curve
from workbench.analysis.learned.score_residual import ScoreResidual, plane_points, score_residual

__all__ = ["LearnedCurve", "ScoreResidual", "SignalLine", "learned_curve", "plane_points", "score_residual"]
