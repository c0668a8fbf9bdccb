"""The uncertainty tab: chains of the session's posterior, what they say of each pixel, and whether to believe it."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench.analysis.chains import ChainDiagnostics, ChainSamples, correlations
from workbench.app.standing.awaiting import LARGE
from workbench.app.standing.narrow import LOOSE, plots_abreast
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.tab import SMALL, Tab, bar, full, side
from workbench.app.toolkit.words import Words
from workbench.app.toolkit.work_buttons import WorkButtons, starting
from workbench.app.uncertainty.curves import Correlation, Distances, Mixing
from workbench.app.uncertainty.pictures import DRAWS, SUMMARY, MapPictures
from workbench.figures.colours import ERROR
from workbench.jobs import Status
from workbench.live.session import Session
from workbench.live.uncertainty import Maps, Uncertainty
from workbench.paths import Form

_FULL = full(460)
# What pictures, bar and words leave of it.
_CURVES = {"flex": "1 1 calc(58 * var(--vh, 1vh) - 150px)", "min-height": "190px"}
_AWAITED = (
    "Here will stand, once chains have drawn: the mean of the pictures that the data allow and how far each of its "
    "pixels is open, or the draws themselves; below them how many independent draws the chains are worth, how long "
    "one remembers the one before, and, where the posterior is known exactly, how far the chains are from it."
)
_EQUAL = {"flex": "1 1 0", "min-width": "0"}


class UncertaintyView(Tab):
    """Chains of the session's posterior; `opened` hears of what a piece of advice has changed."""

    title, whole = "Uncertainty", True
    making = "the pictures of the posterior"

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened, styles=_FULL)
        self.studies = self.uncertainty = Uncertainty(session)
        self._looked: tuple[ChainDiagnostics, ...] | None = None

    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        self.menu = pmui.Select(label="show", options=[SUMMARY, DRAWS], value=SUMMARY, width=185, **SMALL)
        work = self.uncertainty.chains
        self.buttons = WorkButtons("chains", starting("Sample", "casino", work.start), work)
        self.mend = pmui.Button(label="", icon="auto_fix_high", variant="contained", size="small", visible=False)
        self.mend.on_click(lambda event: self._follow())
        self.status, self.complaint, self.counts = Words(), Words(ERROR), Words()
        self.note, self.advice, self.awaited = Words(), Words(), Words(sentence=_AWAITED, style=LARGE)
        self.knobs = FormPanel(Form(self.uncertainty.sampling), self.uncertainty.ask)
        self.pictures = MapPictures()
        self.mixing, self.correlation, self.distances = Mixing(), Correlation(), Distances()
        self.curves = plots_abreast(styles=_CURVES)
        self.menu.param.watch(lambda event: self._turn(event.new), "value")
        left = side(
            self.status.element,
            self.complaint.element,
            self.knobs.element,
            self.counts.element,
            self.advice.element,
            self.mend,
            styles=_FULL,
        )
        above = bar(self.menu, *self.buttons.all)
        kept = {"sizing_mode": "stretch_width", "styles": {"flex": "none"}}
        below = pmui.Column(self.note.element, margin=(0, 12, 4, 0), **kept)
        self._plots = [
            pmui.Column(curve.element, sizing_mode="stretch_both", margin=0, styles=_EQUAL, stylesheets=[LOOSE])
            for curve in (self.mixing, self.correlation, self.distances)
        ]
        self._empty = [above, self.awaited.element, below]
        self._full = [above, self.pictures.element, self.curves, below]
        self.main = pmui.Column(*self._empty, sizing_mode="stretch_both", margin=0, styles=_FULL)
        if self.uncertainty.small:
            self.uncertainty.chains.start()
        return left, self.main

    def _turn(self, kind: str) -> None:
        self.pictures.turn(kind)
        self._stale, self._looked = True, None

    def _follow(self) -> None:
        advice = self.uncertainty.advice()
        if advice is not None:
            self.uncertainty.follow(advice)
            self.opened()
            self.knobs.refresh(Form(self.uncertainty.sampling))

    def _grant(self) -> None:
        super()._grant()
        self.knobs.refresh(Form(self.uncertainty.sampling))

    def _draw(self) -> None:
        uncertainty, found = self.uncertainty, self.uncertainty.found
        self.buttons.show(uncertainty.chains.status, self.session.experiment.algorithm.random)
        self.complaint.say(uncertainty.trouble())
        advice = uncertainty.advice()
        self.advice.say(advice.sentence if advice else "")
        if advice and advice.label and self.mend.label != advice.label:
            self.mend.label = advice.label
        if self.mend.visible != bool(advice and advice.label):
            self.mend.visible = bool(advice and advice.label)
        self.status.say(_progress(uncertainty))
        self.counts.say("" if found is None else _counted(found))
        if found is not None and found.looks != self._looked:
            self._plot(found)

    def _plot(self, found: ChainSamples) -> None:
        """What a look at the draws changes; before the first one there is nothing to see."""
        self._looked = found.looks
        parts = self._full if found.looks else self._empty
        if list(self.main) != parts:
            self.main[:] = parts
        if not found.looks:
            return
        maps = self.uncertainty.maps()
        self.note.say(_judged(found, maps))
        if maps is not None:
            self.pictures.show(maps)
        if found.paths is not None:
            self.correlation.show(*(side.cpu().numpy() for side in correlations(found.paths)))
        self.mixing.show(found.looks)
        self.distances.show(found.looks)
        wanted = self._plots if found.known is not None else self._plots[:2]
        if list(self.curves) != wanted:
            self.curves[:] = wanted


def _progress(uncertainty: Uncertainty) -> str:
    found, latest = uncertainty.found, uncertainty.chains.latest
    if found is None:
        return f"{uncertainty.algorithm} makes its first steps" if latest.status is Status.RUNNING else "No chains yet."
    sampling = found.sampling
    reached = f"draw {found.draws} of {sampling.draws}" if found.draws else f"warm-up, iteration {found.k}"
    return f"{latest.status}: {uncertainty.algorithm}, {sampling.chains} chains, {reached}, {latest.seconds:.1f} s"


def _counted(found: ChainSamples) -> str:
    """What it cost, a line each."""
    tally = found.tally
    lines = [f"A applied {tally.forward} times, its adjoint {tally.adjoint}, to all chains at once."]
    lines += [f"nfe: {tally.network} denoisings of all chains."] * bool(tally.network)
    lines += [] if found.acceptance is None else [f"{found.acceptance:.0%} of the proposals were accepted."]
    return "\n".join(lines)


def _judged(found: ChainSamples, maps: Maps | None) -> str:
    """What the draws are worth, in plain words."""
    if not found.looks:
        return ""
    look, words = found.looks[-1], []
    if look.distance is not None:
        half, most = look.distance.inside
        words.append(look.distance.sentence)
        words.append(f"Its 50 and 90 % intervals hold {half:.0%} and {most:.0%} of the exact posterior;")
        words.append(f"sliced Wasserstein {look.distance.sliced:.3g} std, of exact draws {look.distance.alike:.3g}.")
    words.append("" if found.known is not None else f"{found.why[:1].upper()}{found.why[1:]}.")
    if maps is not None and maps.inside is not None:
        half, most = maps.inside
        words.append(f"Of the pixels of the truth {half:.0%} and {most:.0%} lie in theirs.")
    return " ".join(filter(None, words))
