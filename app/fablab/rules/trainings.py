"""Seats of a training: who may have one, what giving it up costs, whether the session takes place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.money import discounted
from app.core.refusals import N_, Reason

OFFER = timedelta(minutes=20)  # a seat that comes free is kept so long for who waited


class TrainingFull(Reason):
    code = "full"
    sentence = N_("« %(title)s » : toutes les places sont prises.")
    next_step = N_("Inscrivez-vous sur la liste d’attente, ou choisissez une autre date.")
    taken = True


class TrainingCancelled(Reason):
    code = "training_cancelled"
    sentence = N_("« %(title)s » n’aura pas lieu à cette date.")
    next_step = N_("Choisissez une autre date.")
    hard = True


class TrainingStarted(Reason):
    code = "too_late"
    sentence = N_("« %(title)s » a déjà commencé.")
    next_step = N_("Choisissez une autre date.")
    hard = True


class AlreadyEnrolled(Reason):
    code = "already_enrolled"
    sentence = N_("Cette personne a déjà sa place, ou attend la sienne.")
    next_step = N_("Il n’y a rien de plus à faire.")
    hard = True


class SeatStillFree(Reason):
    code = "still_free"
    sentence = N_("Il n’y a pas à attendre : il reste une place.")
    next_step = N_("Inscrivez-vous.")


class SeatOfferLapsed(Reason):
    code = "offer_lapsed"
    sentence = N_("Cette place d’initiation n’est plus gardée pour vous : son délai est passé.")
    next_step = N_("Reprenez la liste d’attente, ou choisissez une autre date.")
    taken = True


class NotEnrolled(Reason):
    code = "not_enrolled"
    sentence = N_("Cette place n’est plus à rendre.")
    next_step = N_("Il n’y a rien de plus à faire.")
    taken = True


class BookingsInTheWay(Reason):
    code = "overlap"
    sentence = N_("%(count)s réservation est sur ces machines à ce moment-là.")
    plural = N_("%(count)s réservations sont sur ces machines à ce moment-là.")
    next_step = N_("Regardez la liste, puis confirmez : elles seront annulées et rendues.")
    taken = True


class TooFewSeats(Reason):
    code = "bad_seats"
    sentence = N_("Il y a déjà %(count)s personnes inscrites : il faut au moins autant de places.")
    next_step = N_("Gardez assez de places, ou annulez d’abord une inscription.")
    hard = True


class NotYetHeld(Reason):
    code = "too_early"
    sentence = N_("L’initiation n’a pas commencé : la présence se note ensuite.")
    next_step = N_("Revenez quand elle aura commencé.")
    hard = True


def reasons_enrolling(*, title: str, state: str, starts_at: datetime, now: datetime, is_known: bool) -> Iterator[Reason]:
    """Why a person may not have a seat, whatever is left."""
    if state == "cancelled":
        yield TrainingCancelled(title=title)
    elif state == "done" or starts_at <= now:
        yield TrainingStarted(title=title)
    if is_known:
        yield AlreadyEnrolled()


def own_cents(cents: int, group_cents: Mapping[str, int], *, group: str, discount_percent: int) -> int:
    """The group's own price, or the full one less the group's discount."""
    return group_cents[group] if group in group_cents else discounted(cents, discount_percent)


def free_number(seats: int, taken: set[int]) -> int | None:
    """The first seat that nobody has."""
    return next((number for number in range(1, seats + 1) if number not in taken), None)


@dataclass(frozen=True, slots=True)
class SeatRefund:
    """What comes back when a seat is given up, and what is kept."""

    is_late: bool
    cents: int
    fee_cents: int


def seat_refund(cents: int, *, starts_at: datetime, free_hours: int, now: datetime, by_lieu: bool) -> SeatRefund:
    """All of it until so many hours before, that instant included; then nothing: the seat stayed empty."""
    if by_lieu or now <= starts_at - timedelta(hours=free_hours):
        return SeatRefund(False, cents, 0)
    return SeatRefund(True, 0, cents)


def decides_now(*, starts_at: datetime, decide_hours: int, now: datetime) -> bool:
    """Whether the hour has come to say if the session takes place."""
    return now >= starts_at - timedelta(hours=decide_hours)
