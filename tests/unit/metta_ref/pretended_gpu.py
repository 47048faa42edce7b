"""A GPU for machines without one: tensors are told apart by where they should be, and computed on the CPU all the same.

What takes tensors of both places is an error, as it is with a real one, and so is a look at a GPU's tensor by numpy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

GPU, CPU = torch.device("cuda", 0), torch.device("cpu")

_CROSSING = {"aten::_to_copy", "aten::copy_"}
"""What may take tensors of both places; besides, a tensor of the GPU may be indexed by one of the CPU."""


class _There:
    """Which memory is the GPU's; it is kept, so that none of the CPU's can get its address."""

    def __init__(self) -> None:
        self._storages: dict[int, torch.UntypedStorage] = {}

    def __contains__(self, tensor: Tensor) -> bool:
        return tensor.untyped_storage()._cdata in self._storages

    def put(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        self._storages[storage._cdata] = storage
        return tensor


class _Operations(TorchDispatchMode):
    """Every single operation, those of gradients included."""

    def __init__(self, there: _There) -> None:
        super().__init__()
        self._there = there

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        on_gpu = [tensor for tensor in given if tensor in self._there]
        on_cpu = [tensor for tensor in given if tensor not in self._there and tensor.dim()]
        name = func._schema.name
        indexed = name == "aten::index" and args[0] in self._there
        if on_gpu and on_cpu and name not in _CROSSING and not indexed:
            raise RuntimeError(f"{name} takes tensors of the GPU and of the CPU: {[each.shape for each in given]}")
        result = func(*args, **(kwargs or {}))
        # A gradient that nothing reaches is made of zeros, where the tensor is whose gradient it would be.
        zeros = not given and name.startswith("aten::zeros") and torch._C._current_autograd_node() is not None
        if (on_gpu and name != "aten::copy_") or zeros:
            for leaf in tree_leaves(result):
                if isinstance(leaf, Tensor):
                    self._there.put(leaf)
        return result


class _Moves(TorchFunctionMode):
    """What asks where a tensor is, makes one somewhere, or takes one elsewhere."""

    def __init__(self, there: _There) -> None:
        super().__init__()
        self._there = there

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = dict(kwargs or {})
        there = bool(args) and isinstance(args[0], Tensor) and args[0] in self._there
        if getattr(func, "__self__", None) is Tensor.device:
            return GPU if there else CPU
        if func is Tensor.numpy and there:
            raise TypeError("numpy cannot see a tensor of the GPU")
        if func is Tensor.cpu or (func is Tensor.to and (target := _device(args[1:], options)) is not None):
            target = CPU if func is Tensor.cpu else target
            if there == (target.type == "cuda"):
                return args[0]
            copy = args[0].detach().clone() if not there else torch.tensor(args[0].tolist(), dtype=args[0].dtype)
            return copy.view(args[0].shape) if there else self._there.put(copy)
        if options.get("device") is not None and torch.device(options["device"]).type == "cuda":
            return self._there.put(func(*args, **options | {"device": CPU}))
        result = func(*args, **options)
        return self._there.put(result) if func is Tensor.new_tensor and there else result


def _device(args: tuple[Any, ...], options: dict[str, Any]) -> torch.device | None:
    """Where `Tensor.to` should take a tensor; None when only a type is asked for."""
    for given in (*args, *options.values()):
        if isinstance(given, torch.device | str):
            return torch.device(given)
    return None


@contextmanager
def pretended_gpu() -> Iterator[None]:
    """`GPU` is a place of its own, for the time of the block."""
    there = _There()
    with _Operations(there), _Moves(there):
        yield
