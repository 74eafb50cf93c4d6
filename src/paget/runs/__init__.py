"""The run directory: jobs computed in batches, saved in parts, resumed after any crash, compacted into tables.

Knows nothing of patients: a job is a task over units that yields tables.
"""

from paget.runs.digest import digest
from paget.runs.directory import RunDirectory, prepare
from paget.runs.execution import execute
from paget.runs.executors import EXECUTORS, task_threads
from paget.runs.job import Job
from paget.runs.log import run_log
from paget.runs.manifest import Fingerprint, Manifest, read_manifest
from paget.runs.memory import check_estimate, memory_limit_bytes
from paget.runs.progress import Progress, progress_display

__all__ = [
    "EXECUTORS",
    "Fingerprint",
    "Job",
    "Manifest",
    "Progress",
    "RunDirectory",
    "check_estimate",
    "digest",
    "execute",
    "memory_limit_bytes",
    "prepare",
    "progress_display",
    "read_manifest",
    "run_log",
    "task_threads",
]
