"""Arrays as eight-bit pictures: small while they move, coloured by fixed limits."""

import numpy as np

Array = np.ndarray
Limits = tuple[float, float]
MOST = 256  # pixels a side that a moving picture sends at most


def smaller(image: Array, most: int = MOST) -> Array:
    """The image averaged over blocks until no side exceeds `most`; the rim that fills no block is cut."""
    factor = -(-max(image.shape[:2]) // most)
    if factor <= 1:
        return image
    rows, columns = (n // factor * factor for n in image.shape[:2])
    if not rows or not columns:
        return image
    blocks = image[:rows, :columns].reshape(rows // factor, factor, columns // factor, factor, *image.shape[2:])
    return blocks.mean(axis=(1, 3), dtype=np.float32)


def bytes_of(image: Array, limits: Limits) -> Array:
    """0 at the lower limit, 255 at the upper one; (H, W, 3) becomes the packed RGBA that Bokeh takes."""
    low, high = limits
    scaled = (np.nan_to_num(image, nan=low) - low) * (255.999 / max(high - low, 1e-12))
    levels = np.clip(scaled, 0, 255).astype(np.uint8)
    if levels.ndim == 2:
        return levels
    opaque = np.full((*levels.shape[:2], 1), 255, np.uint8)
    return np.ascontiguousarray(np.concatenate([levels, opaque], axis=2)).view(np.uint32)[..., 0]


def extent(image: Array) -> Limits:
    """The smallest and the largest finite value, apart."""
    finite = image[np.isfinite(image)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def from_nothing(*images: Array) -> Limits:
    """From 0 to the largest finite value of all: of what is a size, as the width of an interval."""
    most = max((float(image[np.isfinite(image)].max(initial=0)) for image in images), default=0.0)
    return 0.0, most or 1.0


def balanced(image: Array) -> Limits:
    """Limits of equal size around zero."""
    finite = np.abs(image[np.isfinite(image)])
    bound = float(finite.max()) if finite.size else 0.0
    return (-bound, bound) if bound else (-1.0, 1.0)


def unit(image: Array) -> Limits:
    """0 to 1 where the image lies there, as signals do, else its extent."""
    low, high = extent(image)
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)


def thinned(columns: dict[str, Array], most: int = 1000, kept: Array | None = None) -> dict[str, Array]:
    """At most `most` evenly spread entries of columns of one length, the first and the last among them.

    Those at the places `kept` stay besides, as many of them at the most.
    """
    count = len(next(iter(columns.values())))
    if count <= most:
        return columns
    chosen = np.linspace(0, count - 1, most).astype(int)
    if kept is not None and len(kept):
        chosen = np.union1d(chosen, kept[np.linspace(0, len(kept) - 1, min(len(kept), most)).astype(int)])
    return {name: column[chosen] for name, column in columns.items()}


def alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two pictures have nearly the same proportions."""
    if min(len(one), len(other)) < 2:
        return True
    return abs(one[0] * other[1] / (one[1] * other[0]) - 1) < 0.05
