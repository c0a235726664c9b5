"""What is taught, as its file says it: read and checked, covered, put in order, changed. Pure: text in, values or faults out.

The file is the programme (format `worklab-programme/1`): what we do not know of it is kept as it is, so that what a lieu
exports is what it imported. Hours are multiples of 3.5, counted here in minutes.
"""

from app.courses.rules.programmes.changing import with_label, with_new_step, with_step, without_step
from app.courses.rules.programmes.outline import Covered, Evaluation, Outline, Part, Skill, Step, coverage, order
from app.courses.rules.programmes.reading import FORMAT, MOST_BYTES, WEEKDAYS, ProgrammeRefused, check, preamble_of, read, write

__all__ = [
    "FORMAT",
    "MOST_BYTES",
    "WEEKDAYS",
    "Covered",
    "Evaluation",
    "Outline",
    "Part",
    "ProgrammeRefused",
    "Skill",
    "Step",
    "check",
    "coverage",
    "order",
    "preamble_of",
    "read",
    "with_label",
    "with_new_step",
    "with_step",
    "without_step",
    "write",
]
