"""TeX in which single characters stand for parts that are drawn by themselves, as MathML."""

import re

_FIRST = 0xE000  # characters that no formula has of its own


class Pieces:
    """`mark` keeps a part and gives the character that stands for it; `mathml` draws TeX with all parts in it."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, str]] = []

    def mark(self, term: int, tex: str) -> str:
        """The character for a part that belongs to the term of that number."""
        self._parts.append((term, tex))
        return chr(_FIRST + len(self._parts) - 1)

    def mathml(self, tex: str) -> str:
        """A `math` element; each part is an `mrow` with the number of its term as `data-term`."""
        return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline">{self._drawn(tex)}</math>'

    def _drawn(self, tex: str) -> str:
        from latex2mathml import converter

        inside = re.sub(r"^<math[^>]*>|</math>$", "", converter.convert(tex))
        return re.sub(f"<mi>([{chr(_FIRST)}-{chr(_FIRST + len(self._parts))}])</mi>", self._part, inside)

    def _part(self, found: re.Match[str]) -> str:
        term, tex = self._parts[ord(found[1]) - _FIRST]
        return f'<mrow data-term="{term}">{self._drawn(tex)}</mrow>'
