"""Look into a checkpoint: python -m metta_ref.tools.inspect policy=demo [json=true]

Says what it is, where it comes from, and the name, type, shape and size of everything that it holds. Every byte
is verified against the manifest first.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from metta_ref.config import option
from metta_ref.tools._main import EXIT_DONE, tool


@dataclass(frozen=True, slots=True)
class InspectConfig:
    """Which checkpoint, told how."""

    policy: str = option(
        "",
        "run or path of the checkpoint, as demo, runs/demo#best or .../epoch-00000050; required",
        required="name a run or path, as in policy=demo",
    )
    json: bool = option(False, "as JSON instead of text")


def main(config: InspectConfig) -> int:
    """Print what the checkpoint holds and return the exit code."""
    from metta_ref.checkpoint.uri import opened, parse_uri

    with opened(parse_uri(config.policy), whole=True) as (manager, epoch):
        stored = manager.stored(epoch)
        loaded = stored.load()
        facts = asdict(stored.manifest) | {
            "sidecar": dict(loaded.sidecar),
            "policy": asdict(loaded.policy),
            "files": {name: (stored.directory / name).stat().st_size for name in sorted(stored.manifest.files)},
            "tensors": {
                name: {"type": str(array.dtype), "shape": list(array.shape), "bytes": array.nbytes}
                for name, array in sorted(loaded.state.items())
            },
        }
    if config.json:
        print(json.dumps(facts, indent=2))
    else:
        print("\n".join(_lines(facts)))
    return EXIT_DONE


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    tensors, files = facts.pop("tensors"), facts.pop("files")
    for name, value in facts.items():
        if isinstance(value, dict):
            yield f"{name}:"
            yield from (f"  {key}: {inner}" for key, inner in value.items())
        else:
            yield f"{name}: {value}"
    yield f"files: {len(files)}, {sum(files.values())} bytes"
    yield from (f"  {name}: {size} bytes" for name, size in files.items())
    yield f"tensors: {len(tensors)}, {sum(tensor['bytes'] for tensor in tensors.values())} bytes"
    for name, tensor in tensors.items():
        yield f"  {name}: {tensor['type']}{tensor['shape']}, {tensor['bytes']} bytes"


if __name__ == "__main__":
    sys.exit(tool(main, InspectConfig, __doc__))
