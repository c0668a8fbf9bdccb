"""Weights: found by their hash, and every file that does not fit is named and refused."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from workbench import weights
from workbench.denoisers import DnCNN, ImageNetwork
from workbench.parameters import describe
from workbench.recipes import RECIPES
from workbench.refusal import Refusal
from workbench.tensors import generator
from workbench.weights.files import packed
from workbench.weights.shipped import FOLDER, MANIFEST

SMALL = DnCNN(1, 4, 2)


def test_every_file_of_the_manifest_has_its_hash_a_card_a_curve_and_a_recipe_of_its_network():
    for name in weights.names():
        network = weights.shipped(name)
        assert isinstance(network, ImageNetwork) and describe(network) == describe(RECIPES[name]().network)
        assert f"# {name}" in weights.card(name) and "Held out" in weights.card(name)
        curve = (FOLDER / f"{name}.csv").read_text().splitlines()
        assert curve[0] == "k,loss,held_out,seconds"
        assert int(curve[-1].partition(",")[0]) == RECIPES[name]().fit.steps
    found = {path.stem for path in FOLDER.glob("*.safetensors")}
    assert found == set(weights.names())
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 8e6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in (MANIFEST, "laplacian.safetensors"):
        shutil.copy(FOLDER / file, tmp_path)
    return tmp_path


def test_an_altered_file_is_named_with_both_hashes_and_the_remedy(folder):
    path = folder / "laplacian.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    expected = json.loads((folder / MANIFEST).read_text())["laplacian"]
    hashes = rf"of sha256 {expected}, got a file of sha256 [0-9a-f]{{64}}: .*workbench train laplacian"
    with pytest.raises(Refusal, match="laplacian.safetensors " + hashes):
        weights.shipped("laplacian", folder)


def test_a_missing_file_and_an_unknown_name_are_named(folder):
    (folder / "laplacian.safetensors").unlink()
    with pytest.raises(Refusal, match=r"no file in .*: .*workbench train laplacian"):
        weights.shipped("laplacian", folder)
    with pytest.raises(Refusal, match="laplacian"):
        weights.shipped("laplacien", folder)
    (folder / MANIFEST).unlink()
    with pytest.raises(Refusal, match="manifest"):
        weights.shipped("laplacian", folder)


def test_a_network_goes_to_a_file_and_back(tmp_path):
    network = DnCNN(1, 4, 3, smooth=True).drawn(generator(0, 0))
    weights.write(network, tmp_path / "own.safetensors", half=False)
    found = weights.read(tmp_path / "own.safetensors")
    assert describe(found) == describe(network)
    assert all(torch.equal(v, found.state_dict()[k]) for k, v in network.state_dict().items())
    assert not any(p.requires_grad for p in found.parameters())


def test_a_file_is_read_once_while_it_stays_as_it_is(tmp_path):
    path, cpu = tmp_path / "own.safetensors", torch.device("cpu")
    weights.write(DnCNN(1, 4, 3).drawn(generator(0, 0)), path)
    first = weights.read_on(path, cpu)
    assert weights.read_on(path, cpu) is first
    weights.write(DnCNN(1, 4, 2).drawn(generator(0, 0)), path)
    assert describe(weights.read_on(path, cpu)) != describe(first)
    path.unlink()
    for gone in (path, "\x00.safetensors", "x" * 3000 + ".safetensors"):  # an address may say anything
        with pytest.raises(Refusal, match="file of weights"):
            weights.read_on(gone, cpu)


def bad(tmp_path: Path, change) -> Path:
    """A file of the small network whose arrays went through `change`."""
    arrays = change(dict(SMALL.state_dict()))
    path = tmp_path / "bad.safetensors"
    path.write_bytes(packed(arrays, {"network": json.dumps(describe(SMALL))}))
    return path


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda a: a | {"last.weight": torch.zeros(1)}, r"last.weight of \(4, 4, 3, 3\) .*, got \(1,\)"),
        (lambda a: {k: v for k, v in a.items() if k != "last.weight"}, "got nothing in"),
        (lambda a: a | {"more": torch.zeros(1)}, "more of nothing"),
        (lambda a: a | {"last.weight": torch.full((4, 4, 3, 3), torch.nan)}, "finite"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, change, sentence):
    with pytest.raises(Refusal, match=sentence):
        weights.read(bad(tmp_path, change))


def test_other_files_are_refused_and_never_unpickled(tmp_path):
    torch.save(SMALL.state_dict(), tmp_path / "weights.pt")
    with pytest.raises(Refusal, match="may hold programs"):
        weights.read(tmp_path / "weights.pt")
    shutil.copy(tmp_path / "weights.pt", tmp_path / "disguised.safetensors")
    with pytest.raises(Refusal, match="a safetensors file, got disguised"):
        weights.read(tmp_path / "disguised.safetensors")
    with pytest.raises(Refusal, match="no file"):
        weights.read(tmp_path / "absent.safetensors")
    (tmp_path / "bare.safetensors").write_bytes(packed(SMALL.state_dict(), {}))
    with pytest.raises(Refusal, match="does not say of which"):
        weights.read(tmp_path / "bare.safetensors")
    words = {"network": json.dumps({"type": "priors.TotalVariation"})}
    (tmp_path / "prior.safetensors").write_bytes(packed(SMALL.state_dict(), words))
    with pytest.raises(Refusal, match="TotalVariation"):
        weights.read(tmp_path / "prior.safetensors")
