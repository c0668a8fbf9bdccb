"""Conventions as code: batched signals (B, C, *space), the real inner product, repeatable randomness."""

import hashlib
import warnings
from collections.abc import Callable
from operator import index

import numpy as np
import torch
from torch import Tensor

from workbench.refusal import Refusal

Shape = tuple[int, ...]
Each = float | Tensor  # one number, or one of each item of a batch: (B,) float64 on the CPU

_PRECISIONS = (torch.float32, torch.float64, torch.complex64, torch.complex128)
_LONG, _PIECE = 1 << 18, 1 << 12  # numbers: from where on a sum is made in pieces, and of how many each
_MASK = (1 << 64) - 1
_TOLD: dict = {}  # what warnings keep of those that were shown
# torch's Mersenne twister on the CPU, as `get_state` writes it: the seed, two numbers, then its 624 words.
_SEEDED = torch.Generator().manual_seed(0).get_state().numpy().view(np.uint64)
_FIRST, _WORDS = 3, 624
# Where the numbers of a purpose began in the first format, if not at 0.
_BEGAN = {
    "signals": 1 << 39,
    "codebook": (1 << 39) + 1,
    **dict.fromkeys(("added noise", "slices", "y of a filter", "code of u", "code of v"), 1 << 40),
    **dict.fromkeys(("halves of InfoNCE", "halves of MINE"), 1 << 40),
    **dict.fromkeys(("critic of InfoNCE", "critic of MINE"), (1 << 40) + 1),
    **dict.fromkeys((f"batches of {name}" for name in ("InfoNCE", "MINE", "u", "v")), (1 << 40) + 2),
    "noise of the reader": (1 << 40) + (1 << 20),
}


def dot(x: Tensor, y: Tensor) -> Tensor:
    """Real inner product Re<x, y> of each item of the batch: (B, ...), (B, ...) -> (B,)."""
    if x.is_complex() or y.is_complex():
        x, y = parts(x.to(complex_of(x.dtype))), parts(y.to(complex_of(y.dtype)))
    return total(x.flatten(1) * y.flatten(1))


def abs2(x: Tensor) -> Tensor:
    """|x|^2 as re^2 + im^2: twice differentiable at 0, unlike x.abs().square()."""
    return x.real.square() + x.imag.square() if x.is_complex() else x.square()


def norm2(x: Tensor) -> Tensor:
    """Squared Euclidean norm of each item of the batch: (B, ...) -> (B,)."""
    return total(parts(x).square())  # of complex numbers all parts at once: torch is slow to add them pair by pair


def total(x: Tensor) -> Tensor:
    """The sum of each item of the batch: (B, ...) -> (B,), to the rounding of its dtype however long the items are.

    torch adds in a cascade, which holds that for some 100,000 numbers. Longer items of single precision are added in
    pieces, and the pieces in double, so that no copy of all in double is made.
    """
    flat = x.flatten(1)
    if flat.shape[1] < _LONG or flat.dtype != torch.float32:
        return flat.sum(1)
    whole = flat.shape[1] // _PIECE * _PIECE
    pieces = flat[:, :whole].unflatten(1, (-1, _PIECE)).sum(2)
    return (pieces.sum(1, dtype=torch.float64) + flat[:, whole:].sum(1)).to(flat.dtype)


def norm(x: Tensor) -> Tensor:
    """Euclidean norm of each item of the batch: (B, ...) -> (B,)."""
    return norm2(x).sqrt()


def spread(values: Tensor, x: Tensor) -> Tensor:
    """One value per item of the batch, (B,), shaped so that it multiplies x, (B, ...)."""
    return values.reshape(values.shape + (1,) * (x.ndim - values.ndim))


def each_of(values: Tensor) -> Each:
    """One number of each item, (B,), as a single one where all have the same."""
    numbers: list[float] = values.tolist()
    return numbers[0] if len(set(numbers)) == 1 else torch.tensor(numbers, dtype=torch.float64)


def times(amount: Each, x: Tensor) -> Tensor:
    """amount x, each item of x, (B, ...), by its own."""
    return spread(column(amount, x), x) * x if isinstance(amount, Tensor) else amount * x


def each(prox: Callable[..., Tensor], step: Each, *signals: Tensor) -> Tensor:
    """prox(*signals, step), item by item where the step differs in the batch."""
    if not isinstance(step, Tensor):
        return prox(*signals, step)
    steps: list[float] = step.tolist()
    if len(set(steps)) == 1:
        return prox(*signals, steps[0])
    return torch.cat([prox(*(s[i : i + 1] for s in signals), one) for i, one in enumerate(steps)])


def column(amount: Each, x: Tensor) -> Tensor:
    """The number of each item of x, (B,), on its device and in its precision."""
    return torch.as_tensor(amount, dtype=torch.float64).expand(len(x)).to(x.device, real_of(x.dtype))


def smaller(one: Each, other: Each) -> Each:
    """The smaller of two numbers, item by item."""
    if isinstance(one, Tensor) or isinstance(other, Tensor):
        return torch.minimum(*(torch.as_tensor(n, dtype=torch.float64) for n in (one, other)))
    return min(one, other)


def larger(one: Each, other: Each) -> Each:
    """The larger of two numbers, item by item."""
    return -smaller(-one, -other)


def least(amount: Each | None) -> float | None:
    """The least of the batch."""
    return float(amount.detach().min()) if isinstance(amount, Tensor) else amount


def plain(x: Tensor) -> Tensor:
    """x without torch's flags of a lazy z.conj() or z.conj().imag, which NumPy and views of parts refuse."""
    return x.resolve_conj().resolve_neg()


def parts(x: Tensor) -> Tensor:
    """Real and imaginary part of complex numbers along a last axis; real numbers as they are."""
    return torch.view_as_real(x.resolve_conj()) if x.is_complex() else x


def in_double(x: Tensor) -> Tensor:
    """x in double precision, real or complex."""
    return x.to(torch.complex128 if x.is_complex() else torch.float64)


def complex_of(dtype: torch.dtype) -> torch.dtype:
    """The complex dtype of the same precision."""
    return dtype if dtype.is_complex else dtype.to_complex()


def real_of(dtype: torch.dtype) -> torch.dtype:
    """The real dtype of the same precision."""
    return dtype.to_real()


def stream(seed: int, purpose: str, number: int = 0, device: torch.device | str = "cpu") -> torch.Generator:
    """The random numbers of (seed, what they are for, its number): no two streams ever share one.

    Below 0 a seed means the streams of the first format, for what was saved with them: -1 - s draws what seed s drew.
    Refusal of what is no whole number.
    """
    seed = _whole(seed)
    if seed < 0:
        _say_first_format()
        return first_stream(-1 - seed, purpose, number, device)
    rng = torch.Generator(device)
    if rng.device.type != "cpu":
        return rng.manual_seed(_hashed(seed, purpose, number))
    # On the CPU torch keeps 32 bits of a seed: of 100,000 streams two would be the same. So all of the state is hashed.
    words = hashlib.shake_128(_key(seed, purpose, number)).digest(4 * _WORDS)
    state = _SEEDED.copy()
    state[0], state[_FIRST : _FIRST + _WORDS] = _hashed(seed, purpose, number), np.frombuffer(words, "<u4")
    # Within a torch.func transform a new tensor is a wrapped one, which a generator does not read.
    return rng.set_state(torch.func.debug_unwrap(torch.from_numpy(state.view(np.uint8))))


def first_stream(seed: int, purpose: str, number: int = 0, device: torch.device | str = "cpu") -> torch.Generator:
    """The same in the first format, by a seed from 0: for what ships, and constants that saved runs rest on."""
    return generator(seed, _BEGAN.get(purpose, 0) + number, device)


class FirstFormat(UserWarning):
    """A seed below 0 was asked for: it draws as runs of the first format did."""


def _say_first_format() -> None:
    """Once in a process: who means no older run by it would have data, masks and samplers that share numbers."""
    words = (
        "a seed below 0 draws the random numbers of runs saved before 28 November 2026, of which noise, masks and "
        "starts of samplers share some: take seeds from 0, but to repeat such a run"
    )
    warnings.warn_explicit(words, FirstFormat, "workbench", 0, registry=_TOLD)


def child_seed(seed: int, purpose: str, number: int) -> int:
    """The seed of the number-th of many runs that one seed stands for: its streams are those of no other seed."""
    seed = _whole(seed)
    return seed - number if seed < 0 else _hashed(seed, purpose, number)


def generator(seed: int, k: int, device: torch.device | str = "cpu") -> torch.Generator:
    """The streams of the first format, by number alone, of which two purposes share numbers: see `first_stream`."""
    z = (seed * 0x9E3779B97F4A7C15 + k * 0xBF58476D1CE4E5B9 + 0x94D049BB133111EB) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK  # the finaliser of splitmix64 mixes neighbours apart
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return torch.Generator(device).manual_seed((z ^ (z >> 31)) >> 1)


def _whole(number: int, name: str = "a seed") -> int:
    """1 of True, numpy's 1 and 1; 1.0 would be another seed than 1."""
    try:
        return index(number)
    except TypeError:
        raise Refusal(f"{name} that is a whole number", repr(number)[:80], "take 0, 1, 2, ...") from None


def _key(seed: int, purpose: str, number: int) -> bytes:
    return f"{seed} {number} {purpose}".encode()


def _hashed(seed: int, purpose: str, number: int) -> int:
    return int.from_bytes(hashlib.blake2b(_key(seed, purpose, number), digest_size=8).digest(), "little") >> 1


def normal_like(x: Tensor, rng: torch.Generator) -> Tensor:
    """Standard normal numbers shaped like x; real and imaginary parts each have variance 1."""
    if x.is_complex():
        return torch.view_as_complex(normal_like(parts(x), rng))
    return torch.randn(x.shape, generator=rng, dtype=x.dtype, device=x.device)


def as_signal(values: Tensor | np.ndarray, name: str) -> Tensor:
    """An array or a tensor as a signal: single or double precision, real or complex, and no lazy flag left on it.

    What asks for gradients is taken as the numbers that it holds. Refusal of gaps, and of what is no table of numbers.
    """
    if isinstance(values, np.ndarray):
        values = from_array(values, name)
    if not isinstance(values, Tensor):
        raise Refusal(f"{name} as a tensor or an array", type(values).__name__, "make it one with torch.as_tensor")
    require_precision(values, name)
    if values.layout is not torch.strided:
        raise Refusal(f"{name} as a dense tensor", f"one of layout {values.layout}", "make it dense: x.to_dense()")
    return plain(values.detach() if values.requires_grad else values)


def from_array(values: np.ndarray, name: str = "an array") -> Tensor:
    """The tensor of an array, whatever its byte order and strides. Refusal of gaps, and of numbers torch has not."""
    _require_numbers(values, name)
    native = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="), copy=False)).reshape(values.shape)
    # NumPy has two names for some types, of which torch knows one.
    return torch.from_numpy(native.view(np.dtype(f"{native.dtype.kind}{native.dtype.itemsize}")))


def _require_numbers(values: np.ndarray, name: str) -> None:
    """Refuse a masked array with gaps, which torch would take as values, and numbers that torch does not know."""
    widest = {"f": 8, "c": 16}.get(values.dtype.kind, 8)  # bytes
    if values.dtype.kind not in "biufc" or values.dtype.itemsize > widest:
        came, remedy = f"values of type {values.dtype}", "cast them: y.astype(float)"
        raise Refusal(f"{name} as numbers in single or double precision", came[:80], remedy)
    if gaps := int(np.ma.count_masked(values)):
        remedy = "fill them (y.filled(0)) and leave them out by the operator Mask, or by a weight"
        raise Refusal(f"{name} without gaps", f"a masked array of which {gaps} values are masked", remedy)


def require_precision(x: Tensor, name: str) -> None:
    """Refuse whole numbers and half precision: kernels and step sizes are made for single and double."""
    if x.dtype not in _PRECISIONS:
        came = str(x.dtype).removeprefix("torch.")
        raise Refusal(f"floating-point values in {name}, single or double", came, "cast them, x.float() or x.double()")


def require_finite(x: Tensor, name: str) -> None:
    """Refuse a signal with NaN or infinite entries."""
    bad = int((~torch.isfinite(parts(x))).sum())
    if bad:
        raise Refusal(f"finite values in {name}", f"{bad} NaN or infinite", "mask or replace them before the run")


def require_count(value: int, name: str, least: int) -> None:
    """Refuse what is no whole number from `least` on: 2.5 steps would be three, and every 0th row none."""
    if _whole(value, name) < least:
        raise Refusal(f"{name} as a whole number from {least}", str(value)[:80], "count from there")


def shown(shape: Shape) -> str:
    """A shape as people write it: 1 x 256 x 256."""
    return " x ".join(map(str, shape)) or "a scalar"


class Constant:
    """A float64 tensor that follows the dtype and the device of its reader; each cast is made once."""

    def __init__(self, value: Tensor) -> None:
        self.value = value
        self._casts: dict[tuple[torch.device, torch.dtype], Tensor] = {}

    def like(self, x: Tensor) -> Tensor:
        """The constant on x's device, in x's precision, real or complex as it was made."""
        key = x.device, complex_of(x.dtype) if self.value.is_complex() else real_of(x.dtype)
        if self.value.requires_grad or torch.func.debug_unwrap(self.value) is not self.value:
            return self.value.to(*key)  # torch differentiates through it
        if key not in self._casts:
            # The cast outlives the call: neither inference mode nor a torch.func transform may leave its mark on it.
            with torch.inference_mode(False):
                self._casts[key] = torch.func.debug_unwrap(self.value.to(*key))
        return self._casts[key]

    def __reduce__(self) -> tuple:
        return type(self), (self.value,)  # the casts may live on a device the reader lacks
