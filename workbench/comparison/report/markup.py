"""HTML in which every text is escaped unless it was made here."""

import html
from collections.abc import Iterable


class Markup(str):
    """HTML that may stand as it is."""

    __slots__ = ()


def tag(name: str, /, *inside: str | Iterable[str], **attributes: str) -> Markup:
    """<name attributes>inside</name>; `class_` is the attribute class."""
    words = "".join(f' {n.strip("_").replace("_", "-")}="{html.escape(v)}"' for n, v in attributes.items())
    return Markup(f"<{name}{words}>{joined(*inside)}</{name}>")


def single(name: str, /, **attributes: str) -> Markup:
    """An element that holds nothing, such as a picture."""
    words = "".join(f' {n.strip("_").replace("_", "-")}="{html.escape(v)}"' for n, v in attributes.items())
    return Markup(f"<{name}{words}>")


def joined(*inside: str | Iterable[str]) -> Markup:
    """Texts and elements one after the other."""
    flat = (part for each in inside for part in ((each,) if isinstance(each, str) else each))
    return Markup("".join(part if isinstance(part, Markup) else html.escape(part) for part in flat))


def table(head: Iterable[str], rows: Iterable[Iterable[str]], caption: str) -> Markup:
    """A table whose first column names the rows."""
    top = tag("tr", [tag("th", cell, scope="col") for cell in head])
    body = [
        tag("tr", tag("th", first, scope="row"), [tag("td", cell) for cell in rest]) for first, *rest in map(list, rows)
    ]
    inside = tag("table", tag("caption", caption), tag("thead", top), tag("tbody", body))
    return tag("div", inside, class_="wide", tabindex="0", role="region", aria_label=caption)
