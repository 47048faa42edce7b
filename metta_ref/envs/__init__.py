"""Vectorised environments behind one interface, in this process or in worker processes."""

from metta_ref.envs.factory import make_env
from metta_ref.envs.interface import Info, StepResult, VectorEnv
from metta_ref.envs.parallel import ParallelEnv, WorkerError
from metta_ref.envs.tasks import task_configs

__all__ = ["Info", "ParallelEnv", "StepResult", "VectorEnv", "WorkerError", "make_env", "task_configs"]
