"""The fablab's gestures. Every door goes through them."""

from app.fablab.services.clearances import give_clearance, revoke_clearance, warn_of_expiry
from app.fablab.services.machines import describe_machine
from app.fablab.services.trainings import (
    MACHINE_GONE,
    TOO_FEW,
    Wish,
    accept_seat,
    cancel_training,
    change_training,
    enrol,
    leave_training,
    plan_training,
    price_of,
    record_attendance,
    refund_of_seat,
    settle_trainings,
    training_would_cancel,
    wait_for_seat,
)

__all__ = [
    "MACHINE_GONE",
    "TOO_FEW",
    "Wish",
    "accept_seat",
    "cancel_training",
    "change_training",
    "describe_machine",
    "enrol",
    "give_clearance",
    "leave_training",
    "plan_training",
    "price_of",
    "record_attendance",
    "refund_of_seat",
    "revoke_clearance",
    "settle_trainings",
    "training_would_cancel",
    "wait_for_seat",
    "warn_of_expiry",
]
