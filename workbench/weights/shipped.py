"""The weights that ship, each with its hash in the manifest and a card beside it."""

import difflib
import hashlib
import json
from functools import cache
from pathlib import Path

import torch

from workbench.denoisers import ImageNetwork
from workbench.refusal import Refusal
from workbench.weights.files import fix, parsed

FOLDER = Path(__file__).parent
MANIFEST = "manifest.json"


def names(folder: Path = FOLDER) -> tuple[str, ...]:
    """The names that `shipped` knows."""
    return tuple(_hashes(folder))


def shipped(name: str, folder: Path = FOLDER) -> ImageNetwork:
    """The network of that name with its weights, in single precision.

    Refusal for a name that is not in the manifest, for a file that is missing, and for one whose sha256 is another
    than the manifest's: nothing is put in its place.
    """
    hashes = _hashes(folder)
    if name not in hashes:
        near = difflib.get_close_matches(name, hashes, n=1)
        raise Refusal("the name of weights that ship", repr(name), f"try {', '.join(near or hashes)}")
    file, remedy = folder / f"{name}.safetensors", f"install the workbench again, or run `workbench train {name}`"
    wanted = f"weights {file.name} of sha256 {hashes[name]}"
    if not file.is_file():
        raise Refusal(wanted, f"no file in {folder}", remedy)
    whole = file.read_bytes()
    found = hashlib.sha256(whole).hexdigest()
    if found != hashes[name]:
        raise Refusal(wanted, f"a file of sha256 {found}", remedy)
    return parsed(whole, file.name)


@cache
def placed(name: str, device: torch.device) -> ImageNetwork:
    """The same, read once for each device. Its readers share it: it is not to be changed."""
    network = shipped(name)
    fix(network, device)
    return network


def card(name: str) -> str:
    """What is known of these weights: data, recipe, seed, figures, as Markdown."""
    shipped(name)
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def _hashes(folder: Path) -> dict[str, str]:
    file = folder / MANIFEST
    if not file.is_file():
        raise Refusal("a manifest of weights", f"no {MANIFEST} in {folder}", "install the workbench again")
    return json.loads(file.read_text(encoding="utf-8"))
