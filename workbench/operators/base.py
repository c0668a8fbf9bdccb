"""The forward operator A of y = A(x) + noise, its Jacobian, its adjoint and its algebra."""

import functools
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, NamedTuple, Self

import torch
from torch import Tensor, nn

from workbench.operators.calls import COUNTED, applied, deriving
from workbench.operators.diagonalisation import Basis, Diagonalisation
from workbench.operators.field import Field
from workbench.parameters import Checked, arguments, changed, owed, parameters, spelled
from workbench.refusal import Refusal
from workbench.tensors import Shape, require_precision, shown

SignalShape = Annotated[Shape, "shape of the unknown: channels, then space in px"]


class Operator(nn.Module, ABC, metaclass=Checked):
    """y = A(x): (B, *in_shape) -> (B, *out_shape), one tensor in and one out, each item of the batch by itself.

    Subclasses call `super().__init__(in_shape, out_shape)` and keep every argument under its own name.
    """

    formula: ClassVar[str] = ""  # what it is, in TeX: of every member of the catalogue
    linear: ClassVar[bool] = False
    scales: ClassVar[bool] = False  # whether on a finer grid only its lengths in px are other numbers
    field: Field = Field.REAL | Field.COMPLEX
    in_shape: Shape = owed("call super().__init__(in_shape, out_shape) in its constructor")
    out_shape: Shape

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in COUNTED.keys() & vars(cls).keys():
            setattr(cls, name, COUNTED[name](vars(cls)[name]))

    def __init__(self, in_shape: Shape, out_shape: Shape) -> None:
        super().__init__()
        for shape in (in_shape, out_shape):
            if not shape or math.prod(shape) < 1 or len(shape) > 5:  # as differences of volumes have
                raise Refusal(
                    "a shape of channels, parts and up to three axes", shown(shape), "every side is 1 or more"
                )
        self.in_shape, self.out_shape = tuple(in_shape), tuple(out_shape)

    @abstractmethod
    def forward(self, x: Tensor) -> Tensor:
        """A(x), for x of shape (B, *in_shape)."""

    def first_guess(self, y: Tensor) -> Tensor | None:
        """A first iterate from the data y, where the scaled back-projection is none; None where it is one."""
        return None

    def aligned(self, x: Tensor, truth: Tensor) -> Tensor:
        """Of the signals that are known to have the data of x, A(x), the nearest to `truth`: errors are taken there.

        x itself where data tell all signals apart; what cannot know a sign or a phase gives x with the best of them.
        """
        return x

    def __repr__(self) -> str:
        return spelled(self)

    def __call__(self, x: Tensor) -> Tensor:
        self.check(x)
        return applied(self, "forward", (x,), lambda: nn.Module.__call__(self, x))

    def check(self, x: Tensor) -> None:
        """Refuse a signal of another shape or of numbers that this operator does not take."""
        if tuple(x.shape[1:]) != self.in_shape:
            raise Refusal(
                f"a batch of {shown(self.in_shape)} for {type(self).__name__}",
                shown(tuple(x.shape)),
                "build the operator with the signal's shape, or resample the signal",
            )
        require_precision(x, f"the signal for {type(self).__name__}")
        if x.is_complex() and Field.COMPLEX not in self.field:
            raise Refusal(f"a real signal for {type(self).__name__}", "a complex one", "take its real part or modulus")
        if not x.is_complex() and Field.REAL not in self.field:
            raise Refusal(f"a complex signal for {type(self).__name__}", "a real one", "cast it, x + 0j")

    @property
    def signal_shape(self) -> Shape:
        """The shape of the signals that it is built for, which `fitted` takes."""
        return self.in_shape

    def fitted(self, shape: Shape, values: Mapping[str, Any] = MappingProxyType({})) -> Self:
        """The same operator for signals of another shape, with some arguments replaced; operators in it follow.

        Refusal where it does not follow the signal's shape.
        """
        if self.in_shape == tuple(shape) and not values:
            return self
        made = self._fitted(tuple(shape), values)
        if made.in_shape != tuple(shape):
            remedy = "rebuild it, or its parts, in that shape"
            raise Refusal(
                f"an operator for {shown(shape)}", f"{type(self).__name__} for {shown(made.in_shape)}", remedy
            )
        return made

    def _fitted(self, shape: Shape, values: Mapping[str, Any]) -> Self:
        whole = dict(arguments(self)) | dict(values) | {"shape": shape}
        own = {p.name: whole[p.name] for p in parameters(type(self))}
        return changed(self, **{n: v.fitted(shape) if isinstance(v, Operator) else v for n, v in own.items()})

    def fitted_to_data(self, shape: Shape) -> Self:
        """The same operator, for a signal of such a shape that A(x) has this one, (C, *space): itself where it has.

        Refusal where no such shape is known.
        """
        if self.out_shape == tuple(shape):
            return self
        try:
            found = [self.fitted(behind) for behind in self.shapes_behind(tuple(shape))]
            came = " or ".join(shown(made.out_shape) for made in found)
        except Refusal as refusal:
            found, came = [], f"{shown(self.out_shape)}, and no other ({refusal.came})"
        for made in found:
            if made.out_shape == tuple(shape):
                return made
        name = type(self).__name__
        remedy = f"build {name} for the shape of the unknown, or take the part of the data that it makes"
        raise Refusal(f"{name} that makes data of {shown(shape)}", came, remedy)

    def shapes_behind(self, shape: Shape) -> tuple[Shape, ...]:
        """Shapes of a signal that may have data of this shape, as far as the sides of this operator's tell.

        An operator that makes channels of its own, such as coils, takes as many as it has now, or one.
        """
        if len(shape) != len(self.out_shape):
            return (shape,)
        sides = zip(shape, self.in_shape, self.out_shape, strict=True) if len(shape) == len(self.in_shape) else ()
        behind = tuple(max(1, round(side * own / made)) for side, own, made in sides)
        if self.in_shape[0] == self.out_shape[0]:
            return (behind or shape,)
        return tuple((channels, *behind[1:]) for channels in dict.fromkeys((self.in_shape[0], 1)))

    def on_finer_grid(self, factor: int) -> Self:
        """The same operator for a grid that many times finer, whose data, binned, are those of this grid, nearly.

        Every argument in px grows with the factor. Refusal unless the operator says that it `scales` so.
        """
        if not self.scales:
            remedy = "take finer=1, or an operator whose lengths are in px, such as GaussianBlur"
            raise Refusal("an operator that is known on a finer grid", type(self).__name__, remedy)
        spans = {p.name: getattr(self, p.name) for p in parameters(type(self)) if p.unit == "px" and p.name != "shape"}
        shape = (self.in_shape[0], *[factor * side for side in self.in_shape[1:]])
        return self.fitted(shape, {name: factor * length for name, length in spans.items()})

    @deriving
    def at(self, x: Tensor) -> "LinearOperator":
        """The Jacobian of A at x."""
        from workbench.operators.algebra.jacobian import Jacobian

        return Jacobian(self, x)


class LinearOperator(Operator):
    """A linear A with its exact adjoint A*: dot(A x, y) == dot(x, A* y) for the real inner product."""

    linear: ClassVar[bool] = True
    nonnegative: bool = False  # whether no entry of A is known to be negative, but for rounding

    @abstractmethod
    def adjoint(self, y: Tensor) -> Tensor:
        """A* y, for y of shape (B, *out_shape)."""

    def at(self, x: Tensor) -> "LinearOperator":
        return self

    @functools.cached_property
    def diagonal(self) -> Diagonalisation | None:
        """A itself, where it is diagonal in an orthonormal basis that is known; None elsewhere.

        From it, or from one of the two below, follow norm, spectrum and inverses: nothing else need be written.
        """
        return None

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation | None:
        """A*A, on signals, where it is diagonal in a basis that is known."""
        return self.diagonal.squared if self.diagonal else None

    @functools.cached_property
    def data_diagonal(self) -> Diagonalisation | None:
        """A A*, on data, where it is diagonal in a basis that is known."""
        return self.diagonal.squared if self.diagonal else None

    def closed_norm(self) -> float | None:
        """The largest singular value in closed form; None where there is none."""
        gram = self.gram_diagonal or self.data_diagonal
        return math.sqrt(gram.norm()) if gram else None

    def spectrum(self) -> Tensor | None:
        """All prod(in_shape) eigenvalues of A*A in closed form, in any order, float64; None where there is none."""
        size = math.prod(self.in_shape)
        if self.gram_diagonal:
            return self.gram_diagonal.eigenvalues.value.expand(self.in_shape).flatten()
        if self.data_diagonal:  # A A* and A*A have the same eigenvalues but for zeros
            values = self.data_diagonal.eigenvalues.value.expand(self.out_shape).flatten().sort(descending=True).values
            return torch.cat([values, values.new_zeros(size)])[:size]
        return None

    def gram_in(self, basis: Basis) -> Tensor | None:
        """The eigenvalues of A*A mode by mode, (*in_shape) float64, where the modes of `basis` are its eigenvectors."""
        gram = self.gram_diagonal
        return gram.eigenvalues.value.expand(self.in_shape) if gram and gram.basis == basis else None

    def symbol(self) -> Tensor | None:
        """What A*A multiplies each Fourier mode by, about, (*in_shape) float64; None: the image of a point tells.

        A model that makes solvers fast: it is tried before it is used, and one that is wrong changes no answer.
        """
        return self.gram_in("fourier")

    def gram_inverse(self, b: Tensor, c: float) -> Tensor | None:
        """(A*A + c I)^-1 b in closed form, c > 0; None where there is none."""
        if self.gram_diagonal:
            return self.gram_diagonal.shifted_inverse(b, c)
        if self.data_diagonal:
            return (b - self.adjoint(self.data_diagonal.shifted_inverse(self(b), c))) / c
        return None

    def data_inverse(self, b: Tensor, c: float) -> Tensor | None:
        """(A A* + c I)^-1 b in closed form, c > 0, for b of the shape of the data; None where there is none."""
        if self.data_diagonal:
            return self.data_diagonal.shifted_inverse(b, c)
        if self.gram_diagonal:
            return (b - self(self.gram_diagonal.shifted_inverse(self.adjoint(b), c))) / c
        return None

    def pseudo_inverse(self, y: Tensor) -> Tensor | None:
        """The least x among those that explain y best, in closed form; None where there is none.

        A singular value below RANK of the largest counts as 0.
        """
        if self.diagonal:
            return self.diagonal.pseudo_inverse(y)
        if self.data_diagonal:
            return self.adjoint(self.data_diagonal.pseudo_inverse(y))
        return self.gram_diagonal.pseudo_inverse(self.adjoint(y)) if self.gram_diagonal else None

    def adjoint_inverse(self, x: Tensor) -> Tensor | None:
        """A y with A*y nearest to x, the least unless it says other, in closed form; None where there is none."""
        if self.diagonal:
            return self.diagonal.adjoint.pseudo_inverse(x)
        if self.gram_diagonal:
            return self(self.gram_diagonal.pseudo_inverse(x))
        return self.data_diagonal.pseudo_inverse(self(x)) if self.data_diagonal else None

    def losing(self, lost: Tensor) -> "LinearOperator":
        """The same with rows of 0 for the data that are lost, bool over their space; Refusal where all are."""
        from workbench.operators.sensors.mask import Mask

        return Mask(self.out_shape, pattern=(~lost).double()) @ self

    def blocks(self, count: int) -> tuple["OperatorBlock", ...]:
        """The rows of A in at most `count` parts, each with its part of the data, far rows together in one."""
        from workbench.operators.rows import interleaved

        return interleaved(self, count)

    @property
    def H(self) -> "LinearOperator":
        """The adjoint as an operator."""
        from workbench.operators.algebra.adjoint import Adjoint

        return Adjoint(self)

    @property
    def gram(self) -> "LinearOperator":
        """A*A."""
        return self.H @ self

    def __matmul__(self, inner: "LinearOperator") -> "LinearOperator":
        from workbench.operators.algebra.composition import Composition

        return Composition(self, inner)

    def __add__(self, other: "LinearOperator") -> "LinearOperator":
        from workbench.operators.algebra.sum import OperatorSum

        return OperatorSum(self, other)

    def __rmul__(self, factor: float) -> "LinearOperator":
        from workbench.operators.algebra.scaled import Scaled

        return Scaled(self, factor)


class OperatorBlock(NamedTuple):
    """Some rows of an operator, and what takes their part out of data (B, *out_shape) of the whole."""

    operator: LinearOperator
    part: Callable[[Tensor], Tensor]
