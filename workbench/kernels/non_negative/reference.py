"""Column after column in plain torch: any device, any precision, differentiable."""

import torch
from torch import Tensor


def swept(factor: Tensor, gram: Tensor, product: Tensor, sweeps: int) -> Tensor:
    sizes = gram.diagonal(dim1=-2, dim2=-1)
    ready = torch.where(sizes > 0, sizes, torch.inf)
    columns = list(factor.unbind(-1))
    for _ in range(sweeps):
        for k, wanted in enumerate(product.unbind(-1)):
            made = (torch.stack(columns, -1) @ gram[..., k, :, None])[..., 0]
            columns[k] = (columns[k] + (wanted - made) / ready[..., k, None]).clamp_min(0)
    return torch.stack(columns, -1)
