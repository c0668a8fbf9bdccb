#!/usr/bin/env bash
# One expects: curvlinops' Hessian and Gauss-Newton operators of a loss with reduction "mean" are those of the mean over all data,
#   however the data are cut into batches: its documentation sums over the whole data set, it keeps the right weight of a
#   smaller last batch, and it checks by itself that two passes give the same.
# What happens: the weight of a batch is its number of items. torch's cross entropy with class
#   weights or with labels to ignore divides by the weights of the labels it met, which differ from batch to batch. So the operator
#   is the matrix of no loss that anybody trains on: it is right for one batch, and here 1 to 9 % off, another one for every cut and
#   order of the same data, for several. The check of two passes sees the same batches twice and is content.
# Whom it hurts: Hessian spectra, Laplace approximations and influence functions of segmentation (borders, padding and unlabelled
#   pixels are ignored) and of classes that are out of balance: an error of the top eigenvalue that looks like an effect of batch size.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'torch==2.14.1' 'torchvision==0.29.1' 'curvlinops-for-pytorch==3.0.1' 'numpy==2.0.2'
CUDA_VISIBLE_DEVICES='' "$folder/venv/bin/python" - <<'PYTHON'
import sys
import warnings
from importlib.metadata import version

import torch
from torch import nn
from torch.func import functional_call, hessian

warnings.simplefilter("ignore")
from curvlinops import HessianLinearOperator  # noqa: E402

print("curvlinops", version("curvlinops-for-pytorch"))
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
model = nn.Conv2d(2, 3, 1)
X, Y = torch.randn(6, 2, 8, 8), torch.randint(0, 3, (6, 8, 8))
gaps = Y.clone()
gaps[0, 1:], gaps[1, :, 3:], gaps[4, 2] = -100, -100, -100  # pixels that nobody labelled, torch's own mark for it
names, shapes = zip(*((name, p.shape) for name, p in model.named_parameters()))
flat = torch.cat([p.detach().flatten() for p in model.parameters()])


def exact(loss, labels):
    """The Hessian of the loss of all data at once, by torch."""

    def of(v):
        parts = torch.split(v, [s.numel() for s in shapes])
        return loss(functional_call(model, {n: p.view(s) for n, p, s in zip(names, parts, shapes)}, (X,)), labels)

    return hessian(of)(flat)


losses = {
    "plain": (nn.CrossEntropyLoss(), Y),
    "label smoothing": (nn.CrossEntropyLoss(label_smoothing=0.1), Y),
    "ignored pixels": (nn.CrossEntropyLoss(), gaps),
    "class weights": (nn.CrossEntropyLoss(weight=torch.tensor([0.1, 1.0, 5.0])), gaps),
}
cuts = {"one batch": [range(6)], "3 + 3": [range(3), range(3, 6)], "3 + 3, other order": [(0, 2, 4), (1, 3, 5)], "2 + 2 + 2": [(0, 1), (2, 3), (4, 5)]}
off = {}
for name, (loss, labels) in losses.items():
    right = exact(loss, labels)
    for cut, parts in cuts.items():
        batches = [(X[list(p)], labels[list(p)]) for p in parts]
        found = HessianLinearOperator(model, loss, list(model.parameters()), batches) @ torch.eye(len(flat))
        top, true = torch.linalg.eigvalsh(found)[-1].item(), torch.linalg.eigvalsh(right)[-1].item()
        off[name, cut] = ((found - right).norm() / right.norm()).item()
        print(f"{name:16} {cut:20} off by {off[name, cut]:7.1e}   top eigenvalue {top:.4f} (exact {true:.4f})")
alike = all(v < 1e-10 for (name, cut), v in off.items() if cut == "one batch" or name in ("plain", "label smoothing"))
apart = all(off[name, cut] > 0.005 for name in ("ignored pixels", "class weights") for cut in list(cuts)[1:])
sys.exit(0 if alike and apart else 1)
PYTHON
