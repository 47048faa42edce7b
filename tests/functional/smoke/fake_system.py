"""A stand-in for the reference system: its commands and files in a few plain lines, with faults on demand.

It is copied as a package named `metta_ref` into a folder that the tests put on PYTHONPATH. The file fault.json,
written beside it by the test, chooses what it gets wrong.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

FAULT = json.loads(Path(__file__).with_name("fault.json").read_text())
DATA = Path(os.environ["DATA_DIR"])
STEPS_AN_EPOCH = 256


def main(tool: str) -> None:
    settings = dict(argument.split("=", 1) for argument in sys.argv[1:])
    run = settings["run"]
    match FAULT.get(f"{tool} {run}", ""):
        case "exit 3":
            print("cannot go on", file=sys.stderr)
            sys.exit(3)
        case "do nothing":
            return
        case "signal":
            os.kill(os.getpid(), 9)
        case "hang":
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            time.sleep(60)
        case "leave a process":
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        case "flood":
            for _ in range(300):
                print("x" * 9999)
    wrong = FAULT.get(f"{tool} {run}", "")
    {"train": train, "resume": resume, "sim": sim, "analyze": analyze}[tool](run, settings, wrong)


def train(run: str, settings: dict[str, str], wrong: str) -> None:
    epoch = -(-int(settings["trainer.total_timesteps"]) // STEPS_AN_EPOCH)
    epoch = {"stop early": 1, "overshoot": epoch + 1}.get(wrong, epoch)
    path = save(run, epoch, 4 if wrong == "resume secretly" else None, state(0, epoch))
    damage(path, wrong)
    print("done" if wrong == "say nothing" else f"checkpoint {path}")


def resume(run: str, settings: dict[str, str], wrong: str) -> None:
    before = newest(run)
    epoch = -(-int(settings["trainer.total_timesteps"]) // STEPS_AN_EPOCH)
    known = json.loads((before / "scalars.json").read_text())["state"]
    went_on = state(0 if wrong == "from scratch" else known, epoch - number(before))
    parent = {"claim no parent": None, "claim another parent": 1}.get(wrong, number(before))
    print(f"checkpoint {save(run, epoch, parent, went_on)}")


def sim(run: str, settings: dict[str, str], wrong: str) -> None:
    epoch, episodes = number(newest(run)), int(settings["episodes"])
    if wrong == "another epoch":
        epoch -= 4
    if wrong == "zero episodes":
        episodes = 0
    if wrong != "no database":
        (DATA / run / "stats.duckdb").write_text(json.dumps({"epoch": epoch, "episodes": episodes}))
    reward = "nan" if wrong == "nan" else "0.5"
    counts = f"episodes={episodes} completed={episodes} added={episodes}"
    if wrong != "say nothing":
        print(f"evaluated run={run} epoch={epoch} {counts} mean_reward={reward}")


def analyze(run: str, settings: dict[str, str], wrong: str) -> None:
    recorded = json.loads((DATA / run / "stats.duckdb").read_text())
    episodes = recorded["episodes"] - (wrong == "count one less")
    mean = {"nan": float("nan"), "another mean": 0.75, "text": "high"}.get(wrong, 0.5)
    interval = [0.75, 0.25] if wrong == "interval upside down" else [0.25, 0.75]
    metric = {
        "metric": "reward", "mean": mean, "mean_interval": interval, "iqm": 0.5, "iqm_interval": [0.25, 0.75],
        "std": 0.5, "recorded": episodes, "potential": episodes,
    }  # fmt: skip
    checkpoint = {"run": run, "epoch": recorded["epoch"], "episodes": episodes, "metrics": [metric]}
    if wrong == "another epoch":
        checkpoint["epoch"] -= 4
    if wrong == "record more than there was":
        metric["recorded"] = episodes + 1
    if wrong == "no metrics":
        checkpoint["metrics"] = []
    text = json.dumps({"schema_version": 1, "checkpoints": [checkpoint]})
    (DATA / run / "analysis.json").write_text(text[:40] if wrong == "truncate" else text)
    if wrong != "say nothing":
        print(f"{run} epoch {recorded['epoch']}: reward 0.5")


def state(value: int, epochs: int) -> int:
    for _ in range(epochs):
        value = value * 31 + 7
    return value


def save(run: str, epoch: int, parent: int | None, value: int) -> Path:
    directory = DATA / run / "checkpoints" / f"epoch-{epoch:08d}"
    directory.mkdir(parents=True)
    step = epoch * STEPS_AN_EPOCH
    contents = {
        "policy.safetensors": f"weights {value}",
        "scalars.json": json.dumps({"state": value}),
        "sidecar.yaml": json.dumps({"run": run, "epoch": epoch, "agent_step": step}),
    }
    for name, text in contents.items():
        (directory / name).write_text(text)
    files = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in contents.items()}
    manifest = {"run": run, "epoch": epoch, "parent": parent, "files": files}
    (directory / "manifest.json").write_text(json.dumps(manifest))
    return directory


def damage(path: Path, wrong: str) -> None:
    if wrong == "truncate":
        os.truncate(path / "policy.safetensors", 3)
    if wrong == "flip a bit":
        data = bytearray((path / "policy.safetensors").read_bytes())
        data[0] ^= 1
        (path / "policy.safetensors").write_bytes(data)
    if wrong == "lose a file":
        (path / "scalars.json").unlink()
    if wrong == "lose the manifest":
        (path / "manifest.json").unlink()
    if wrong == "add a file":
        (path / "notes.txt").write_text("unlisted")
    if wrong == "misplace":
        (path / "sidecar.yaml").write_text(json.dumps({"run": "other", "epoch": 1, "agent_step": 1}))


def newest(run: str) -> Path:
    return max((DATA / run / "checkpoints").iterdir())


def number(path: Path) -> int:
    return int(path.name.removeprefix("epoch-"))
