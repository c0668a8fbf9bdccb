"""Objects said in words by dotted paths, {"prior.second": "Box", "prior.second.low": "0"}, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench import catalog
from workbench.operators import Operator
from workbench.parameters import Checked, Parameter, arguments, as_text, changed, describe, home, parameters, renamed
from workbench.refusal import Refusal, one_of
from workbench.tensors import Shape

Words = Mapping[str, Any]  # by path: a text, which is read as a person types it, or a value as it is


def own_parameters(cls: type) -> dict[str, Parameter]:
    """The parameters a person sets, by name: all but the shape, which follows the signal."""
    return {p.name: p for p in parameters(cls) if p.name != "shape"}


def at(obj: Any, path: str) -> Any:
    """What stands at a path: at(Sum(), "first.weight") is the weight of the first prior, at(obj, "") the object."""
    for word in path.split(".") if path else ():
        if isinstance(obj, tuple):
            obj = obj[_place(word, len(obj), "this list") - 1]
            continue
        own = own_parameters(type(obj)) if isinstance(type(obj), Checked) else {}
        name = renamed.argument(home(type(obj)), word) if own else word
        obj = getattr(obj, one_of(f"a parameter of {type(obj).__name__}", name, own))
    return obj


def below(words: Words, path: str) -> dict[str, Any]:
    """What the words say of the object at a path and of what is in it: {"": its name, "low": "0", ...}."""
    inside = {p.removeprefix(f"{path}."): said for p, said in words.items() if p.startswith(f"{path}.")}
    return ({"": words[path]} if path in words else {}) | inside


def altered(obj: Any, words: Words, shape: Shape) -> Any:
    """The object with what the words say, by paths inside it, for signals of `shape`.

    {"second": "NonNegative", "first.weight": 5.0} of a sum of priors takes another second prior and another weight.
    """
    values = _values(type(obj), dict(arguments(obj)), words, shape)
    if isinstance(obj, Operator):
        return obj.fitted(shape, values)
    return changed(obj, **values) if values else obj


def built(cls: type, words: Words, shape: Shape) -> Any:
    """A new object of a class as the words say it, what they leave out at its default, for signals of `shape`."""
    values = _values(cls, {p.name: p.default for p in parameters(cls)}, words, shape)
    if any(p.name == "shape" for p in parameters(cls)):
        return cls(shape=shape, **values)
    made: Any = cls  # a member: each of its arguments has a default
    return made().fitted(shape, values) if issubclass(cls, Operator) else made(**values)


def _values(cls: type, now: Mapping[str, Any], words: Words, shape: Shape) -> dict[str, Any]:
    own, words = own_parameters(cls), renamed.arguments(home(cls), words)
    heads = dict.fromkeys(path.partition(".")[0] for path in words)
    for head in heads:
        one_of(f"a parameter of {cls.__name__}", head, own)
    return {n: _value(own[n], now[n], below(words, n), cls.__name__, shape) for n in heads}


def _value(parameter: Parameter, now: Any, words: Words, owner: str, shape: Shape) -> Any:
    inner = {p: said for p, said in words.items() if p}
    if parameter.items:
        return _list(parameter, now, words, owner, shape)
    if not parameter.objects:
        if inner:
            one_of(f"a parameter of {owner}", f"{parameter.name}.{next(iter(inner))}", [parameter.name])
        return _plain(parameter, words[""], owner)
    if isinstance(now, Operator):
        shape = now.signal_shape
    said = words.get("", now)
    if isinstance(said, str):
        if parameter.optional and said.lower() in ("", "none", "auto") and not inner:
            return None
        if said != type(now).__name__:
            return _named(parameter, said, owner, inner, shape)
    else:
        now = parameter.accept(said, owner)
    if not inner and not isinstance(now, Operator):
        return now
    if now is None:
        remedy = f"choose it first: {owner}.{parameter.name}=NAME"
        raise Refusal(f"an object with the parameter {next(iter(inner))}", f"no {parameter.name}", remedy)
    return altered(now, inner, shape)


def _list(parameter: Parameter, now: Any, words: Words, owner: str, shape: Shape) -> Any:
    """A list of members as its words say it: their names, "Crop, MinusLog", and what is in each, {"2.incident": "5"}.

    Of those that stand where they stood the arguments stay.
    """
    said, members = words.get("", now), fitting(parameter)
    if isinstance(said, str):
        wanted = f"{parameter.wanted()} for {owner}.{parameter.name}"
        names = [one_of(wanted, catalog.present(n.strip(), members), members) for n in said.split(",") if n.strip()]
        old = [*now[: len(names)], *[None] * (len(names) - len(now))]
        same = [type(member).__name__ == name for member, name in zip(old, names, strict=True)]
        said = tuple(m if s else built(members[n], {}, shape) for m, n, s in zip(old, names, same, strict=True))
    found = list(parameter.accept(said, owner))
    for head in dict.fromkeys(path.partition(".")[0] for path in words if path):
        place = _place(head, len(found), f"{owner}.{parameter.name}") - 1
        inner = below(words, head)
        if name := inner.pop("", ""):
            found[place] = built(members[one_of(f"a member for {head}", name, members)], {}, shape)
        found[place] = altered(found[place], inner, shape)
    return tuple(found)


def _place(word: str, count: int, owner: str) -> int:
    """The place in a list that a word of a path names, counted from 1."""
    if not word.isdecimal() or not 1 <= int(word) <= count:
        remedy = "name the members first, such as Crop,MinusLog" if not count else "the first one is 1"
        raise Refusal(f"a place in {owner}, which has {count}", repr(word), remedy)
    return int(word)


def _plain(parameter: Parameter, said: Any, owner: str) -> Any:
    return parameter.typed(said, owner) if isinstance(said, str) else parameter.accept(said, owner)


def _named(parameter: Parameter, name: str, owner: str, words: Words, shape: Shape) -> Any:
    """The member of that name as the words say it."""
    members = fitting(parameter)
    if catalog.present(name, members) not in members and len(parameter.kinds) > len(parameter.objects):
        return parameter.typed(name, owner)  # it takes a number or a word, too
    name = one_of(f"{parameter.wanted()} for {owner}.{parameter.name}", catalog.present(name, members), members)
    return built(members[name], words, shape)


def fitting(parameter: Parameter) -> dict[str, type]:
    """The members of the catalogue that an argument takes, by name."""
    classes = (*parameter.objects, *parameter.items)
    wanted = {catalog.kind_of(cls) for cls in classes}
    kinds = [kind for kind in catalog.KINDS | catalog.BESIDES if kind in wanted or None in wanted]
    return {n: c for kind in kinds for n, c in catalog.members(kind).items() if issubclass(c, classes)}


def spoken(obj: Any, base: Any, path: str) -> dict[str, str]:
    """The words, by paths that begin with `path`, if any, with which `altered` makes the object of `base`."""
    words: dict[str, str] = {}
    if type(obj) is not type(base):
        words[path], base = type(obj).__name__, type(obj)()
    defaults = dict(arguments(base))
    for name, parameter in own_parameters(type(obj)).items():
        value, place = getattr(obj, name), f"{path}.{name}" if path else name
        if describe(value) == describe(defaults[name]):
            continue
        if parameter.items:
            words |= _list_spoken(value, place)
        elif parameter.objects and value is not None:
            words |= spoken(value, defaults[name], place)
        else:
            words[place] = as_text(value)
    return words


def _list_spoken(members: Sequence[Any], place: str) -> dict[str, str]:
    """The names of the members of a list, and what each has that is not as by default."""
    inner = (spoken(m, type(m)(), f"{place}.{k}") for k, m in enumerate(members, 1))
    return {place: ",".join(type(m).__name__ for m in members)} | {p: s for words in inner for p, s in words.items()}
