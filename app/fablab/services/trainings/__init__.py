"""Initiations: planned with their machines, filled seat by seat, called off, attended; attendance gives the clearance."""

from app.fablab.services.trainings.planning import (
    MACHINE_GONE,
    TOO_FEW,
    Wish,
    cancel_training,
    change_training,
    plan_training,
    settle_trainings,
    training_would_cancel,
)
from app.fablab.services.trainings.seating import price_of
from app.fablab.services.trainings.seats import accept_seat, enrol, leave_training, record_attendance, refund_of_seat, wait_for_seat

__all__ = [
    "MACHINE_GONE",
    "TOO_FEW",
    "Wish",
    "accept_seat",
    "cancel_training",
    "change_training",
    "enrol",
    "leave_training",
    "plan_training",
    "price_of",
    "record_attendance",
    "refund_of_seat",
    "settle_trainings",
    "training_would_cancel",
    "wait_for_seat",
]
