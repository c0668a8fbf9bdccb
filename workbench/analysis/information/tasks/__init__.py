"""Tasks of known information: pairs to draw, and the truth in nats beside them."""

from workbench.analysis.information.tasks.normal import BivariateNormal, DenseNormal
from workbench.analysis.information.tasks.rendered_images import RenderedImages
from workbench.analysis.information.tasks.student import Student
from workbench.analysis.information.tasks.task import Task
from workbench.analysis.information.tasks.uniform import AdditiveUniform, UniformMixture

TASKS = (
    BivariateNormal(),
    BivariateNormal(0.99, 1),
    DenseNormal(2),
    DenseNormal(3),
    DenseNormal(5),
    AdditiveUniform(0.75),
    AdditiveUniform(0.1),
    Student(),
    UniformMixture(),
    RenderedImages(),
)
__all__ = [
    "TASKS",
    "AdditiveUniform",
    "BivariateNormal",
    "DenseNormal",
    "RenderedImages",
    "Student",
    "Task",
    "UniformMixture",
]
