"""The cells of a sweep on disk: a Zarr group with one chunk a cell and one writer, so that none spoils another."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.refusal import Refusal
from workbench.sweeps.cell import CellOutcome
from workbench.sweeps.plan import Index, Plan

if TYPE_CHECKING:
    import xarray as xr

PENDING, DONE, FAILED = 0, 1, 2
STATUS, SENTENCE, PICTURE, TOLD, FILES = "status", "sentence", "x", "sweep", "files"
NONE: Mapping[str, int] = MappingProxyType({})
_LARGEST = 2**31  # bytes of all pictures together that are kept


class Store:
    """Opened for one plan; a cell counts once its status is written, which is written last."""

    def __init__(self, plan: Plan, out: str | Path | None) -> None:
        try:
            import zarr
            from zarr.storage import MemoryStore
        except ModuleNotFoundError as error:
            remedy = 'pip install "inverse-workbench[sweep]"'
            raise Refusal("the package zarr for sweeps", "an installation without it", remedy) from error
        self.plan, self._place = plan, MemoryStore() if out is None else str(out)
        self._dims = [axis.name for axis in plan.axes]
        if out is not None and Path(out).exists():
            self._group: Any = _opened(zarr, plan, str(out))
        else:
            self._group = zarr.create_group(self._place)
        # Opened once: Zarr reads the description of an array each time that a group is asked for it.
        self._arrays: dict[str, Any] = dict(self._group.arrays())
        if STATUS not in self._arrays:
            self._begin()

    def _begin(self) -> None:
        for axis in self.plan.axes:
            for name, values in axis.coordinates().items():
                kept = values.astype(object) if values.dtype.kind == "U" else values
                made = self._group.create_array(
                    name, shape=values.shape, dtype=str if values.dtype.kind == "U" else values.dtype,
                    dimension_names=[axis.name], overwrite=True,
                )  # fmt: skip
                made[:] = kept
                if unit := self.plan.unit(name):
                    made.attrs["units"] = unit
        self._array(SENTENCE, str, "")
        self._group.attrs[TOLD] = self.plan.told()
        self._group.attrs[FILES] = self.plan.files()
        self._array(STATUS, np.int8, PENDING)  # the last: where it is, the store is whole

    def _array(self, name: str, dtype: Any, fill: Any, own: Mapping[str, int] = NONE) -> None:
        """An array over the cells, with axes of its `own` and their lengths."""
        shape = tuple(own.values())
        dims = [*self._dims, *own]
        chunks = (*(1 for _ in self.plan.shape), *shape)
        whole = (*self.plan.shape, *shape)
        self._arrays[name] = self._group.create_array(
            name, shape=whole, chunks=chunks, dtype=dtype, fill_value=fill, dimension_names=dims, overwrite=True
        )

    def pending(self) -> Iterator[Index]:
        """The cells that are not yet finished, failed ones being finished."""
        status = np.asarray(self._arrays[STATUS][...])
        return (tuple(map(int, index)) for index in np.argwhere(status == PENDING))

    def write(self, outcomes: Mapping[Index, CellOutcome]) -> None:
        """Keep what some cells gave: many together cost Zarr a third of what they cost one by one."""
        taken = {path for axis in self.plan.axes for path in axis.choices[0]}
        columns: dict[str, dict[Index, float]] = {}
        for index, outcome in outcomes.items():
            for figure, value in outcome.figures.items():
                name = f"{figure}_value" if figure in taken else figure  # the prior is a figure, and may be an axis
                columns.setdefault(name, {})[index] = value
                if name not in self._arrays:
                    self._array(name, np.float64, np.nan)
                    self._arrays[name].attrs.update(outcome.attributes.get(figure, {}))
            if outcome.x is not None:
                self._picture(index, outcome)
            if outcome.sentence:
                self._arrays[SENTENCE][index] = outcome.sentence
        for name, values in columns.items():
            self._put(name, values)
        self._put(STATUS, {index: FAILED if outcome.sentence else DONE for index, outcome in outcomes.items()})

    def _put(self, name: str, values: Mapping[Index, float]) -> None:
        places = tuple(np.array(along) for along in zip(*values, strict=True))
        self._arrays[name].set_coordinate_selection(places, np.array(list(values.values())))

    def _picture(self, index: Index, outcome: CellOutcome) -> None:
        """Keep the last x, where it is as large as that of the others and all together are not too large."""
        x = outcome.x
        assert x is not None
        if PICTURE not in self._arrays:
            if self.plan.count * x.nbytes > _LARGEST and not self.plan.of_volume:
                return
            own = dict(zip(outcome.dims, x.shape, strict=True))
            self._array(PICTURE, x.dtype, np.nan if x.dtype.kind in "fc" else 0, own)
            self._arrays[PICTURE].attrs.update(outcome.attributes.get(PICTURE, {}))
        kept = self._arrays[PICTURE]
        if kept.dtype == x.dtype and kept.shape[len(index) :] == x.shape:  # Zarr would wrap or broadcast others
            kept[index] = x

    def dataset(self) -> "xr.Dataset":
        """What is there, pending cells with it."""
        import xarray as xr

        found = xr.open_zarr(self._place, consolidated=False, chunks=None)
        return found.set_coords([name for axis in self.plan.axes for name in axis.coordinates()])


def _opened(zarr: Any, plan: Plan, out: str) -> Any:
    remedy = "give another --out, or delete this one"
    try:
        group = zarr.open_group(out, mode="r+")
    except Exception as error:  # Zarr has no class of its own for what is no store
        raise Refusal("the store of a sweep, or a new path", f"{out}, which is none", remedy) from error
    if STATUS in group and group.attrs.get(TOLD) != plan.told():
        raise Refusal("the store of this sweep", f"{out}, which holds another", remedy)
    _require_same_files(plan, group, out)
    if STATUS not in group and any(True for _ in group.array_keys()) and SENTENCE not in group:
        raise Refusal("the store of a sweep, or a new path", f"{out}, which holds other arrays", remedy)
    return group


def _require_same_files(plan: Plan, group: Any, out: str) -> None:
    """Refuse to go on with other data: the store would hold cells of both, and say nothing."""
    if STATUS not in group or not (np.asarray(group[STATUS][...]) == PENDING).any():
        return
    begun: dict[str, str] = dict(group.attrs.get(FILES, {}))
    for path, found in plan.files().items():
        if begun.get(path, found) != found:
            came = f"{Path(path).name!r}, which was changed since"
            raise Refusal(f"the data that {out} was begun with", came, "put them back, or give another --out")
