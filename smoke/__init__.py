"""Scenarios over the reference system, driven through its command line only.

    python -m smoke [SCENARIO ...] [--list] [--rules FILE] [--keep DIR] [--json FILE]

runs the scenarios of `rules/smoke.yaml`, each in a scratch data directory, every stage as a process of its
own. A stage passes when its command succeeds in time, leaves no process behind, and left what the scenario
expects: complete checkpoints, a resumed run equal to one that was never interrupted, recorded episodes,
finite figures. A stage whose predecessor did not pass is blocked, not failed.

Exit status: 0 all scenarios passed; 1 a stage failed; 2 nothing could be run (usage, no such scenario,
mistakes in the rules, a directory in the way). Other programs run this as a subprocess and read the file of
`--json`, which is written whole, and only with status 0 or 1:

    {"schema_version": 1,
     "scenarios": [{"name": "...", "outcome": "passed|failed",
       "stages": [{"name": "...", "outcome": "passed|failed|blocked", "command": ["..."], "exit": 0,
         "seconds": 1.5, "digest": "...", "excerpt": "...", "reason": "...", "facts": {},
         "artefacts": [{"path": "...", "bytes": 1, "sha256": "..."}]}]}]}

`command` is empty for a stage that only examines; `exit` is null where nothing ran; `digest` is the SHA-256
of the output, of which `excerpt` is the end; `reason` says why a stage is not passed; `artefacts` are the
files that the stage wrote or changed, relative to the data directory.

Nothing here imports the system under test or the audit: what it examines, it reads as files.
"""
