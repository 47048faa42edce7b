"""Look into a checkpoint: python -m metta_ref.tools.inspect policy=demo [json=true]

Says what it is, where it comes from, and the name, type, shape and size of everything that it holds. Every byte
is verified against the manifest first.
"""

import json
import math
import sys
from dataclasses import asdict, dataclass

from metta_ref.config import option
from metta_ref.tools._main import EXIT_DONE, tool


@dataclass(frozen=True, slots=True)
class InspectConfig:
    policy: str = option("", "checkpoint, as demo#best", required="name a run, path or URI, as in policy=demo")
    json: bool = option(False, "as JSON instead of text")


def main(config: InspectConfig) -> int:
    import yaml

    from metta_ref.checkpoint.policies import opened, parse_uri

    with opened(parse_uri(config.policy)) as stored:
        loaded = stored.load()
        facts = asdict(stored.manifest) | {
            "sidecar": dict(loaded.sidecar),
            "policy": asdict(loaded.policy),
            "files": {name: len((stored.directory / name).read_bytes()) for name in sorted(stored.manifest.files)},
            "tensor_bytes": sum(array.nbytes for array in loaded.state.values()),
        }
    tensors = sorted(loaded.state.items())
    if config.json:
        kinds = {name: {"type": str(a.dtype), "shape": list(a.shape), "bytes": a.nbytes} for name, a in tensors}
        print(json.dumps(facts | {"tensors": kinds}, indent=2))
    else:
        told = {name: f"{array.dtype}{list(array.shape)}, {array.nbytes} bytes" for name, array in tensors}
        print(yaml.safe_dump(facts | {"tensors": told}, sort_keys=False, width=math.inf), end="")
    return EXIT_DONE


if __name__ == "__main__":
    sys.exit(tool(main, InspectConfig, __doc__))
