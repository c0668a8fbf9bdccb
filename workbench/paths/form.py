"""What a person can set of an object and of the objects in it, for whoever makes controls: the page, a notebook."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from workbench import catalog
from workbench.parameters import Checked, Parameter, home, renamed
from workbench.paths.words import altered, at, built, fitting, own_parameters
from workbench.refusal import Refusal, one_of
from workbench.tensors import Shape

Menu = Mapping[str, type | None]  # what can be chosen, by name; None is nothing, where there may be nothing
NONE = "none"


@dataclass(frozen=True)
class Entry:
    """One argument: where it is, its place in a signature, and its value; an object's own entries follow it."""

    path: str
    owner: type
    parameter: Parameter
    value: Any

    @property
    def inside(self) -> bool:
        """Whether it is an object with arguments of its own."""
        return isinstance(type(self.value), Checked)


@dataclass(frozen=True)
class Form:
    """The arguments of `root` and of the objects in it, each by its dotted path: "second.low" of a sum of priors.

    Operators are built for signals of `shape`. `menus` say, by path, what is offered instead of the catalogue.
    `Form(Sum()).taking("second", "Box").taking("second.low", "-1").root` is another sum; the form stays as it is.
    """

    root: Any
    shape: Shape = ()
    menus: Mapping[str, Menu] = field(default_factory=dict)

    def entries(self, *paths: str) -> Iterator[Entry]:
        """The entries at these paths, each before those of the object that it may be; without paths all."""
        for path in paths or own_parameters(type(self.root)):
            yield from self._under(path)

    def _under(self, path: str) -> Iterator[Entry]:
        value = at(self.root, path)
        head, _, name = path.rpartition(".")
        owner = type(at(self.root, head))
        entry = Entry(path, owner, own_parameters(owner)[renamed.argument(home(owner), name)], value)
        yield entry
        for place, inner in _within(entry):
            yield from self._under(f"{path}.{place}{inner}")

    def at(self, path: str) -> Any:
        """The value at a path; Refusal where there is none."""
        return at(self.root, path)

    def known(self, *paths: str) -> tuple[str, ...]:
        """The paths as they are; Refusal at one where nothing stands."""
        for path in paths:
            self.at(path)
        if "" in paths:
            raise Refusal("paths of arguments", "an empty one", "leave it out for all of them")
        return paths

    def there(self, *paths: str) -> tuple[str, ...]:
        """Those of the paths at which something stands: another object may have other arguments."""
        return tuple(path for path in paths if self._is_there(path))

    def _is_there(self, path: str) -> bool:
        try:
            self.at(path)
        except Refusal:
            return False
        return True

    @cached_property
    def outline(self) -> Hashable:
        """All that is no number: which objects there are, words, switches, lengths of lists."""
        return tuple((entry.path, entry.owner, _outline(entry)) for entry in self.entries())

    def members(self, path: str) -> Menu:
        """What can be chosen at a path, by name; empty where a value is given instead, or there is no choice."""
        if path in self.menus:
            return self.menus[path]
        entry = next(self.entries(path))
        if not entry.parameter.objects:
            return {}
        own = {type(entry.value).__name__: type(entry.value)} if entry.inside else {}
        found = ({NONE: None} if entry.parameter.optional else {}) | fitting(entry.parameter) | own
        return found if len(found) > 1 else {}

    def taking(self, path: str, said: Any) -> "Form":
        """With something else at a path: a value, a text as a person types it, or the name of a member."""
        if isinstance(said, str) and path in self.menus:
            said = self._of_menu(self.menus[path], path, said)
        return replace(self, root=altered(self.root, {path: said}, self.shape))

    def wrong(self, path: str, said: Any) -> str:
        """What is wrong with that at a path, as a sentence; empty where nothing is."""
        try:
            self.taking(path, said)
        except Refusal as sentence:
            return str(sentence)
        return ""

    def _of_menu(self, menu: Menu, path: str, name: str) -> Any:
        cls, now = menu[one_of(f"a choice for {path}", name, menu)], at(self.root, path)
        return cls and (now if type(now) is cls else built(cls, {}, self.shape))


def _within(entry: Entry) -> Iterator[tuple[str, str]]:
    """The arguments of the object that an entry is, or of each in its list, with the place of that."""
    members = {"": entry.value} if entry.inside else {}
    if entry.parameter.items:
        members = {f"{place}.": member for place, member in enumerate(entry.value, 1)}
    for place, member in members.items():
        yield from ((place, name) for name in own_parameters(type(member)))


def _outline(entry: Entry) -> Hashable:
    value = entry.value
    if value is None or isinstance(value, bool | str):
        return value
    if entry.parameter.items:
        return tuple(map(type, value))
    return type(value), len(value) if isinstance(value, tuple) else getattr(value, "shape", ())


Why = Callable[[Form, str, str], str]  # why a member cannot stand at a path of a form; empty where it can


class Reasons:
    """Why members cannot be chosen, for menus that grey them: asked again once more than a number has changed."""

    def __init__(self, why: Why = Form.wrong) -> None:
        self._why = why
        self._key: Hashable = None
        self._found: dict[str, dict[str, str]] = {}

    def at(self, form: Form, path: str, *shapes: Hashable) -> Mapping[str, str]:
        """Each member that is offered at a path with the reason, or "" where it may be tried.

        `shapes` are what the reasons depend on besides the form. To build an operator can take long: it is only tried.
        """
        key = (form.outline, *shapes)
        if key != self._key:
            self._key, self._found = key, {}
        if path not in self._found:
            members = form.members(path)
            free = {name for name, cls in members.items() if cls is not None and catalog.kind_of(cls) == "operator"}
            found = {name: "" if name in free else self._why(form, path, name) for name in members}
            self._found[path] = found
        return self._found[path]
