"""The experiment of an address: item by item, so that a bad one takes no other with it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from torch import Tensor

from workbench import catalog, devices, example_scans
from workbench.catalog import KINDS
from workbench.data import Measured, Painted, Shipped, Signal, Simulated, Source
from workbench.data.regions import LOST, PAINTED
from workbench.data.regions.lost import operator_without
from workbench.data.source import fitted_to, for_first, shapes_to_try
from workbench.experiment import Experiment
from workbench.live.address.names import (
    BESIDES,
    DATA,
    EXAMPLE,
    FILE,
    KEPT,
    PLAIN,
    RULE,
    SLICE,
    SOURCE,
    STEPS_OF_DATA,
)
from workbench.live.address.writing import fitted_default
from workbench.live.own_arrays import STEPS, of_same_file
from workbench.operators import Operator
from workbench.parameters import Typed, changed, home, parameters, renamed
from workbench.paths import altered, below, built, own_parameters, shapes_told
from workbench.refusal import Refusal
from workbench.tensors import Shape

_MOST = 3  # sentences on one address

Made = TypeVar("Made")


@dataclass(frozen=True)
class Found:
    """The experiment of an address, and by path what was wrong with it; what is wrong is left as it is by default."""

    experiment: Experiment
    wrong: Mapping[str, str]

    def simpler(self) -> Iterator[Experiment]:
        """The experiment, then with fewer and fewer of its parts, where they do not go with each other."""
        yield self.experiment
        left, default = changed(self.experiment, stop=None), Experiment()
        yield left
        for kind in ("algorithm", "parametrisation", "prior", "noise", "operator"):
            left = changed(left, **{kind: fitted_default(getattr(default, kind), left.operator.in_shape)})
            yield left


def said(wrong: Mapping[str, str]) -> str:
    """The first few complaints; empty where all is well."""
    more = len(wrong) - _MOST
    return ". ".join([*list(wrong.values())[:_MOST], *[f"{more} more things are wrong"] * (more > 0)])


def read_address(
    query: str, files: Mapping[str, Source] | None = None, arrays: Mapping[str, Typed] | None = None
) -> Found:
    """The experiment of an address; what it leaves out is as in the default one, and so is what it says wrongly.

    `files` are those that a person has opened before, by their name, and `arrays` those of them that were named.
    """
    return _Reader(query, files or {}, arrays or {}).found()


def from_address(query: str) -> Experiment:
    """The experiment of an address in which nothing is wrong; Refusal names what is."""
    found = read_address(query)
    if found.wrong:
        raise Refusal("an address of an experiment", f"{query[:60]!r}", said(found.wrong))
    return found.experiment


class _Reader:
    """Reads item by item, so that a bad one takes no other with it."""

    def __init__(self, query: str, files: Mapping[str, Source], arrays: Mapping[str, Typed]) -> None:
        given = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
        self._given: dict[str, str] = {path: arrays.get(text, text) for path, text in given.items()}
        self._files, self._default = files, Experiment()
        self._wrong: dict[str, str] = {}
        for path in [path for path, text in self._given.items() if text == KEPT]:
            del self._given[path]
            self._complain(path, "the numbers themselves", "an address, which does not hold so many", "make them anew")
        self._example = EXAMPLE in self._given
        if self._example:
            found = self._right(EXAMPLE, lambda: example_scans.example(self._given[EXAMPLE]))
            self._default, self._example = found or self._default, found is not None

    def found(self) -> Found:
        source, usual = self._source(), self._default.operator
        given = self._right("truth", lambda: source.loaded().tensor)
        if given is None:
            source, given = Shipped(), Shipped().tensor()
        operator = self._part("operator", self._shape(source, given))
        operator = self._right("operator", lambda: fitted_to(source, operator, given)) or source.fitted(usual, given)
        chosen: dict[str, Any] = {k: self._part(k, operator.in_shape) for k in KINDS if k != "operator"}
        chosen |= {"operator": operator} | ({RULE: self._part(RULE, ())} if RULE in self._given else {})
        chosen |= self._values(Experiment, {p: text for p, text in self._given.items() if p in PLAIN})
        device = chosen.get("device", self._default.device)
        if self._right("device", lambda: devices.find(device)) is None:
            chosen |= {"device": self._default.device}
        self._complain_of_strangers()
        made = changed(self._default, source=source, **chosen)
        return Found(self._right(LOST, lambda: self._without_lost(made)) or made, self._wrong)

    def _painted(self, truth: Signal) -> Signal:
        """The signal with what the address says is painted on it."""
        words = below(self._given, PAINTED)

        def made() -> Signal:
            found = altered(Painted(truth), words, ())
            found.loaded()
            return found

        return (self._right(PAINTED, made) or truth) if words else truth

    def _without_lost(self, made: Experiment) -> Experiment:
        """The experiment without the data that the address calls lost."""
        words = {p: text for p, text in self._given.items() if p.partition(".")[0] == LOST}
        found = altered(made, words, made.operator.in_shape)
        operator_without(found.operator, found.lost)
        return found

    def _source(self) -> Source:
        """The signal to recover, the example, or the measurement that the page was opened with."""
        if self._example:
            found = self._default.source
            return self._painted(found) if isinstance(found, Signal) else self._sliced(found)
        for path in (DATA, FILE):
            name = self._given.get(path, "")
            if name in self._files:
                found = self._files[name]
                return self._simulated(found) if isinstance(found, Signal) else self._stepped(found)
            if name:
                remedy = "open it again under Your own file; all else is as the address says"
                self._complain(path, "the file itself", f"an address, which holds only its name, {name}", remedy)
        truth = Shipped()
        for path, parameter in zip(("truth", "truth.size"), parameters(Shipped), strict=True):
            if path in self._given:
                value = self._values(Shipped, {parameter.name: self._given[path]}, path)
                truth = self._right(path, lambda t=truth, v=value: changed(t, **v)) or truth
        return self._simulated(truth)

    def _simulated(self, truth: Signal) -> Source:
        """The signal with what is painted on it, and how the address says that its data are made."""
        signal, words = self._painted(truth), below(self._given, SOURCE)
        return (self._right(SOURCE, lambda: altered(Simulated(signal), words, ())) or signal) if words else signal

    def _sliced(self, source: Source) -> Source:
        """The example with the slice and the steps that the address says."""
        word = {SLICE.rpartition(".")[2]: self._given[SLICE]} if SLICE in self._given else {}
        made = self._right(SLICE, lambda: altered(source, word, ())) or source
        made = made if self._right(SLICE, made.loaded) else source
        return self._stepped(made) if STEPS_OF_DATA in self._given else made

    def _stepped(self, source: Source) -> Source:
        """The measurement with the steps that the address says, and no others; arrays are those of its file."""
        if not isinstance(source, Measured):
            return source
        words = {p.removeprefix(f"{DATA}."): text for p, text in self._given.items() if p.startswith(STEPS_OF_DATA)}
        names = words.pop(STEPS, "")
        bare = changed(source, steps=())
        made = self._right(STEPS_OF_DATA, lambda: altered(bare, {STEPS: names}, ())) or bare
        for path, text in words.items():
            new = self._right(
                f"{DATA}.{path}", lambda m=made, p=path, t=text: altered(m, {p: of_same_file(m, p, t)}, ())
            )
            made = new or made
        return made if self._right(STEPS_OF_DATA, made.loaded) else bare

    def _shape(self, source: Source, given: Tensor) -> Shape:
        """The first shape for which the operator can be built as the address says it."""
        words = below(self._given, "operator")
        name = words.pop("", "")
        usual, kept = self._default.operator, self._keeps("operator", name)
        with suppress(Refusal):  # what is wrong is said where the operator is built
            usual = usual if kept or not name else catalog.find("operator", name)()
        typed = {f"operator.{path}": text for path, text in words.items()}
        told = self._right("operator", lambda: shapes_told(usual, typed)) or []
        shapes = (*told, *shapes_to_try(usual, source, given))
        words.pop("shape", None)
        with suppress(Refusal):

            def start(shape: Shape) -> Operator:
                return usual.fitted(shape) if kept else built(type(usual), {}, shape)

            return for_first(shapes, lambda shape: altered(start(shape), words, shape)).in_shape
        return shapes[0]

    def _part(self, kind: str, shape: Shape) -> Any:
        """A member of a kind, with as many of the values as it takes together."""
        words = below(self._given, kind)
        name = words.pop("", None)
        if kind == "operator":
            words.pop("shape", None)  # for which it is built
        usual = getattr(self._default, kind)
        kept = name is None or self._keeps(kind, name)
        made = None if kept else self._right(kind, lambda: built(catalog.find(kind, str(name)), {}, shape))
        if made is None:
            made = fitted_default(usual, shape)
            if not kept:
                return made  # what the parameters of an unknown member mean is unknown as well
        with suppress(Refusal):  # where they do not go together, or one is wrong, they are taken one by one
            return altered(made, words, shape)
        for path in sorted(words, key=lambda p: p.count(".")):
            word = {path: words[path]}
            made = self._right(f"{kind}.{path}", lambda m=made, w=word: altered(m, w, shape)) or made
        return made

    def _keeps(self, kind: str, name: str) -> bool:
        """Whether a part is that of the example, with what is not said of it as the example has it."""
        return self._example and name in ("", type(getattr(self._default, kind)).__name__)

    def _values(self, cls: type, texts: Mapping[str, str], path: str = "") -> dict[str, Any]:
        """The values of a class's parameters, by name, from the texts of an address by path."""
        known = own_parameters(cls)
        values: dict[str, Any] = {}
        for where, text in texts.items():
            name = where.rpartition(".")[2]
            if name not in known:
                takes = f"it takes {', '.join(known) or 'none'}"
                self._complain(where, f"parameters of {cls.__name__}", name, takes)
                continue
            with self._said(path or where):
                values[name] = known[name].parse(renamed.word(home(cls), name, text), cls.__name__)
        return values

    def _complain_of_strangers(self) -> None:
        for path in self._given:
            kind = path.partition(".")[0]
            ours = kind in (*KINDS, *PLAIN, *BESIDES, PAINTED, LOST, SOURCE) or (kind == RULE and RULE in self._given)
            ours = ours or path in ("truth", "truth.size", FILE, DATA, EXAMPLE)
            ours = ours or path.startswith(STEPS_OF_DATA) or (self._example and path == SLICE)
            if not ours and not path.startswith("bokeh-"):
                parts = f"{', '.join((*KINDS, RULE))} with their parameters, {', '.join(PLAIN)}"
                has = f"an address has truth, truth.size, {parts}"
                self._complain(path, "a part of an experiment", path, has)

    def _right(self, path: str, make: Callable[[], Made]) -> Made | None:
        """What `make` gives; None where it refuses."""
        with self._said(path):
            return make()
        return None

    @contextmanager
    def _said(self, path: str) -> Iterator[None]:
        """A refusal is kept as what is wrong at a path."""
        try:
            yield
        except Refusal as sentence:
            self._wrong[path] = str(sentence)

    def _complain(self, path: str, wanted: str, came: str, remedy: str) -> None:
        self._wrong[path] = str(Refusal(wanted, came, remedy))
