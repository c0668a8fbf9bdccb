"""The files that a person brings: where they lie while the session lasts, and what was read of them."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbench.data import Content, File, Loaded, Measured, Source, Window, contents, load_array, load_described
from workbench.experiment import Experiment
from workbench.live.address.names import own_name
from workbench.live.hands.painting import clean
from workbench.live.own_arrays import read_arrays
from workbench.live.pairs import unpacked
from workbench.live.saved import brought
from workbench.live.wished import at_first, explained, fitted
from workbench.parameters import Typed, called
from workbench.paths import Words

if TYPE_CHECKING:
    import xarray as xr

NOTHING: Words = {}
AUTOMATIC: Literal["automatic"] = "automatic"  # the window of a file is looked for
_AT_FIRST = "Filtered backprojection shows the scan first; the method that is offered first uses the prior."
Opened = Callable[[Experiment], Experiment]


class OwnFiles:
    """Files by their content; `sources` are those opened before, by name, `arrays_named` those named as arguments.

    `notes` say what reading the newest did.
    """

    def __init__(self, source: Source) -> None:
        name, signal = own_name(source), source.truth
        self.sources: dict[str, Source] = {name: source if signal is None else signal.bare} if name else {}
        self.arrays_named: dict[str, Typed] = {}
        self.notes: tuple[str, ...] = ()
        self._folder: tempfile.TemporaryDirectory | None = None
        self._newest: tuple[Source, Loaded] | None = None  # to read a large one again takes seconds

    def arrays(self, filename: str, content: bytes) -> tuple[Content, ...]:
        """What is in a file; Refusal where it cannot be read."""
        return contents(self.kept(filename, content))[1]

    def signal(
        self,
        filename: str,
        content: bytes,
        variable: str = "",
        size: int | None = None,
        window: Window | Literal["automatic"] | None = None,
    ) -> Opened:
        """A file, which is read here, as the truth of an experiment. From any thread.

        The automatic window is that of its type, but where 16-bit numbers would come out nearly black in it.
        """
        path, given = self.kept(filename, content), None if window == AUTOMATIC else window
        loaded = load_described(path, variable, size, given)
        if window == AUTOMATIC and loaded.fuller is not None:
            given, dark = loaded.fuller, f"nearly black in [0, {loaded.limits[1]:g}], the range of its type"
            loaded = load_described(path, variable, size, given)
            taken = f"window=({given[0]:g}, {given[1]:g}) is taken, since it is {dark}"
            loaded = replace(loaded, notes=(*loaded.notes, taken))
        file = File(str(path), variable, size, given)

        def opened(experiment: Experiment) -> Experiment:
            self._remember(Path(filename).name, file, loaded)
            return fitted(clean(experiment), file, loaded.tensor)

        return opened

    def data(self, filename: str, content: bytes, variable: str = "", words: Words = NOTHING) -> Opened:
        """A file, which is read here, as data that were measured, made by the operator that the words say.

        Arrays are `named`. From any thread.
        """
        source = Measured(str(self.kept(filename, content)), variable)
        loaded, words = source.loaded(), read_arrays(words)

        def opened(experiment: Experiment) -> Experiment:
            new = explained(clean(experiment), source, loaded.tensor, words)
            self._remember(source.name, source, loaded)
            if experiment.truth is None:  # one slice after another, by the method that a person has chosen
                return new
            shown = at_first(new, loaded.tensor)
            self.notes += (_AT_FIRST,) * (shown is not new)
            return shown

        return opened

    def run(self, filename: str, content: bytes) -> "xr.Dataset":
        """A saved run; Refusal where it is none, or reaches beyond its own bytes. From any thread."""
        return brought(self.kept(filename, content))

    def named(self, filename: str, content: bytes, variable: str = "") -> Typed:
        """An array of a file as a person names it, NAME::/path/in/file, read where an argument takes it."""
        path, name = self.kept(filename, content), "::".join(filter(None, (Path(filename).name, variable)))
        self.arrays_named[name] = Typed.of(name, lambda: called(load_array(path, variable).tensor, name))
        return self.arrays_named[name]

    def loaded(self, source: Source) -> Loaded:
        """What a source gives, read once."""
        return self._newest[1] if self._newest and self._newest[0] is source else source.loaded()

    def close(self) -> None:
        """The files go with the person who brought them."""
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    def kept(self, filename: str, content: bytes) -> Path:
        """Where a file lies, by content: one of the same name with other numbers is another."""
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="workbench-")
        path = Path(self._folder.name) / sha256(content).hexdigest()[:16] / Path(filename).name
        path.parent.mkdir(exist_ok=True)
        if not path.exists():  # one that another thread reads is never written again, and none is seen half written
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                file.write(content)
            Path(file.name).replace(path)
        return unpacked(path)

    def _remember(self, name: str, source: Source, loaded: Loaded) -> None:
        self.notes, self.sources[name], self._newest = loaded.notes, source, (source, loaded)
