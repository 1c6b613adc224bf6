"""The tasks by name."""

from fourbeat.job.tasks.classes import CLASSES
from fourbeat.job.tasks.labels import LABELS
from fourbeat.job.tasks.quantities import QUANTITIES
from fourbeat.job.tasks.task import Task
from fourbeat.types import TaskName

TASKS: dict[TaskName, Task] = {
    "classification": CLASSES,
    "regression": QUANTITIES,
    "multilabel": LABELS,
}
