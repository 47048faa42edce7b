"""What equal bytes depend on besides the state: libraries and machine."""

import platform

import numpy as np
import torch

from metta_ref.rl.group import Group


def environment_fingerprint(device: torch.device, group: Group) -> dict[str, str]:
    """Names and versions under which a resumed run is byte for byte the uninterrupted one."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": str(torch.get_num_threads()),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "ranks": str(group.size),
    }
