"""The basis in which the denoiser shrinks: its leading vectors, and the iterate by thirty terms of it and of others."""

import numpy as np
import panel as pn

from workbench.analysis.spectrum import Axis
from workbench.app.spectrum.plots import SpectrumPlot
from workbench.app.standing.narrow import pictures_abreast
from workbench.app.toolkit.panels import DIVERGING, Panel
from workbench.app.toolkit.work_buttons import starting
from workbench.live.frames import Frame, picture
from workbench.live.images import Array, balanced, unit
from workbench.live.studies.denoiser_basis import ShrinkageBasis
from workbench.networks.few_terms import ADAPTED, COSINES, WAVELETS, missed

_SHOWN, _ABREAST = 12, 4
_LINE = -0.15  # the pale lines between them
_SMALL = {"max-width": "min(24%, 250px)"}


class DenoiserBasis(SpectrumPlot):
    """Twelve eigenvectors of the symmetric part of the denoiser's Jacobian at the iterate, by eigenvalue, in rows."""

    def _made(self) -> pn.viewable.Viewable:
        self.vectors = Panel("Eigenvectors", DIVERGING, "of the denoiser's Jacobian, row by row; their signs are free")
        self.few = {name: Panel(name.capitalize()) for name in (ADAPTED, COSINES, WAVELETS)}
        panels = (self.vectors, *self.few.values())
        for panel in panels:
            panel.element.styles = _SMALL
        self.find = starting("Find the basis", "grid_on", self.spectra.basis.start)
        self.controls = (self.find,)
        self._drawn: ShrinkageBasis | None = None
        return pictures_abreast(*(panel.element for panel in panels), sizing_mode="stretch_both")

    def draw(self, frame: Frame | None, scale: type[Axis]) -> None:
        study = self.spectra.basis
        self.find.disabled = bool(study.unmet)
        found = study.result
        if found is None:
            self.note.say(study.unmet or ("it comes: a moment" if study.begun and not study.idle else ""))
            return
        values = found.basis.values
        self.note.say(
            f"k = {found.k}, sigma = {found.sigma:.3g}: eigenvalues {float(values[0]):.3g} to {float(values[-1]):.3g}; "
            f"asymmetry {found.basis.asymmetry:.2g}, 0 of the best denoiser. Right: the iterate by {len(values)} terms "
            "of each basis, and how much of it they miss."
        )
        if found is self._drawn:
            return
        self._drawn = found
        sheet = mosaic([picture(v[None]) for v in found.basis.vectors[:_SHOWN]])
        self.vectors.fit(sheet.shape)
        self.vectors.show(sheet, balanced(sheet))
        self.vectors.describe(f"{min(_SHOWN, len(values))} of {len(values)}")
        limits = unit(picture(found.image))
        for name, panel in self.few.items():
            panel.element.visible = name in found.few
            if name in found.few:
                image = picture(found.few[name])
                panel.fit(image.shape)
                panel.show(image, limits)
                panel.describe(f"misses {missed(found.image, found.few[name]):.1%}")


def mosaic(pictures: list[Array]) -> Array:
    """Pictures of one shape in rows of four, a pale line between them; of colours the mean, curves as rows."""
    flat = [np.atleast_2d(p.mean(axis=2) if p.ndim == 3 else p) for p in pictures]
    flat = [p / (np.abs(p).max() or 1.0) for p in flat]
    height, width = flat[0].shape
    rows = -(-len(flat) // _ABREAST)
    sheet = np.full((rows * (height + 1) - 1, min(_ABREAST, len(flat)) * (width + 1) - 1), _LINE, np.float32)
    for place, each in enumerate(flat):
        row, column = divmod(place, _ABREAST)
        sheet[row * (height + 1) :, column * (width + 1) :][:height, :width] = each
    return sheet
