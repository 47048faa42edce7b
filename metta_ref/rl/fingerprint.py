"""What equal bytes depend on besides the state: libraries and machine."""

import platform

import numpy as np
import torch


def environment_fingerprint() -> dict[str, str]:
    """Names and versions under which a resumed run is byte for byte the uninterrupted one."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": str(torch.get_num_threads()),
    }
