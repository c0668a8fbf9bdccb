"""Small mistakes in numbers that a person reads: where they can be made, and a fair draw of them. See mutations.py."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator

FILES = (
    *("workbench/analysis/**/*.py", "workbench/tuning/**/*.py"),
    *(f"workbench/app/compare/{name}.py" for name in ("columns", "lines", "pin_list", "tables")),
    *(f"workbench/app/information/{name}.py" for name in ("errors", "looks", "pictures")),
    *(f"workbench/app/laboratory/{n}.py" for n in ("calibration", "course", "curvature", "picture", "plane")),
    *(f"workbench/app/run/{name}.py" for name in ("curves", "interval_row", "pixel_row", "stages", "timeline")),
    *(f"workbench/app/spectrum/{name}.py" for name in ("basis", "modes", "shares", "speed")),
    *(f"workbench/app/{name}.py" for name in ("choose/view", "hands/profile_row", "runs/run_table", "sweep/plots")),
    *(f"workbench/app/{name}.py" for name in ("serving/server_numbers", "toolkit/figures", "toolkit/words")),
    *("workbench/app/uncertainty/*.py", "workbench/live/formulation/*.py", "workbench/live/studies/*.py"),
    *(f"workbench/live/{n}.py" for n in ("caps", "cut", "finding", "frames", "images", "pixel", "planes", "spectra")),
    *(f"workbench/live/{n}.py" for n in ("telling", "uncertainty", "volumes", "controls/scale", "hands/windows")),
    *(f"workbench/live/{name}.py" for name in ("pins/beside", "pins/reporting", "saved/sweep_cells")),
)
KINDS = {
    "comparison": [
        f"ReplaceComparisonOperator_{pair}"
        for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")
    ],
    "arithmetic": [
        *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Pow_Mul")),
        *("ReplaceBinaryOperator_FloorDiv_Mul", "ReplaceBinaryOperator_Mod_Mul", "ReplaceUnaryOperator_Delete_USub"),
    ],
    "constant": ["NumberReplacer"],
    "boolean": [
        *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
        "ReplaceUnaryOperator_Delete_Not",
    ],
    "return": ["NoReturn"],
    "call": ["NoCall"],
}
# Looked at, not read: no test can tell a right one from a wrong.
LAYOUT = re.compile(r"(width|height|margin|alpha|size|sizes|padding|dash|columns?)=[\[(]?-?[\d.]")


class NoReturn(Operator):
    """`return value` becomes `return None`."""

    def mutation_positions(self, node):
        if node.type == "return_stmt" and node.children[1].get_code(include_prefix=False) != "None":
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        return _leaf(f"{node.get_first_leaf().prefix}return None", node)

    @classmethod
    def examples(cls):
        return ()


class NoCall(Operator):
    """A call that is a statement of its own is left out."""

    def mutation_positions(self, node):
        alone = node.parent is not None and node.parent.type == "simple_stmt"
        if alone and node.type == "atom_expr" and node.children[-1].get_code().startswith("("):
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        return _leaf(f"{node.get_first_leaf().prefix}pass", node)

    @classmethod
    def examples(cls):
        return ()


@dataclass(frozen=True)
class Mutant:
    """One mutation: where, which of the operator's, and the line before and after."""

    path: str
    line: int
    column: int
    kind: str
    operator: str
    occurrence: int
    inside: bool  # of a function: else the line is executed when its module is imported
    first: int  # a test reaches it that executes one of these lines
    last: int

    def code(self, source: str) -> str:
        """The file with the mutation in it."""
        changed = mutate_code(source, _operator(self.operator), self.occurrence)
        assert changed is not None, self
        return changed

    def shown(self, source: str) -> str:
        """The first line that differs, before and after."""
        pairs = zip(source.splitlines(), self.code(source).splitlines(), strict=False)
        before, after = next((a, b) for a, b in pairs if a != b)
        return f"{before.strip()}  ->  {after.strip()}"


def mutants(root: Path, path: str, rng: random.Random) -> Iterator[Mutant]:
    """One of each kind at every place of a file; numbers have two neighbours, of which one is drawn."""
    source = (root / path).read_text()
    lines, nodes, found = source.splitlines(), list(ast_nodes(get_ast(source))), {}
    for kind, names in KINDS.items():
        for name in names:
            operator = _operator(name)
            places = [(node, at) for node in nodes for at in operator.mutation_positions(node)]
            for occurrence, (node, at) in enumerate(places):
                line, column = at[0]
                if not _apart(node, lines[line - 1]):
                    made = Mutant(path, line, column, kind, name, occurrence, _inside(node), *_reach(node))
                    found.setdefault((line, column, kind), []).append(made)
    for key in sorted(found):
        yield rng.choice(found[key])


def evenly(population: list[Mutant], number: int, rng: random.Random) -> list[Mutant]:
    """As many as said, at equal distances in the order of the files, from a random first one; then shuffled.

    So the first hundred, say, are an even draw too.
    """
    stride = len(population) / number
    first = rng.random() * stride
    drawn = [population[int(first + k * stride)] for k in range(number)]
    rng.shuffle(drawn)
    return drawn


def _operator(name: str) -> Operator:
    own = {"NoReturn": NoReturn, "NoCall": NoCall}
    return own[name]() if name in own else get_operator(f"core/{name}")()


def _leaf(code: str, node: parso.tree.NodeOrLeaf) -> parso.tree.Leaf:
    return parso.python.tree.Name(code, node.start_pos)


def _above(node: parso.tree.NodeOrLeaf) -> Iterator[parso.tree.NodeOrLeaf]:
    while node.parent is not None:
        node = node.parent
        yield node


def _apart(node: parso.tree.NodeOrLeaf, line: str) -> bool:
    """Types, limits of sliders beside them, and what a page looks like: no test can tell a right one from a wrong."""
    below = node
    for above in _above(node):
        if above.type in ("tfpdef", "annassign") and below is not above.children[-1]:
            return True
        if above.type == "annassign" and "=" not in [c.get_code().strip() for c in above.children]:
            return True
        if above.type == "funcdef" and "->" in above.children and below is above.children[-3]:
            return True
        if above.type == "param" and above.annotation is not None and below is not above.default:
            return True
        below = above
    return node.type == "number" and LAYOUT.search(line) is not None


def _inside(node: parso.tree.NodeOrLeaf) -> bool:
    types = [above.type for above in _above(node)]
    return bool({"funcdef", "lambdef"} & set(types)) and "param" not in types and "decorator" not in types


def _reach(node: parso.tree.NodeOrLeaf) -> tuple[int, int]:
    """The lines of the statement; of a default, the function's; of what a class or a module holds, all of theirs."""
    if _inside(node):
        while node.parent.type not in ("simple_stmt", "suite", "file_input") and not node.parent.type.endswith("_stmt"):
            node = node.parent
    else:
        homes = [above for above in _above(node) if above.type in ("funcdef", "classdef", "file_input")]
        node = homes[0]
    return node.start_pos[0], node.end_pos[0]
