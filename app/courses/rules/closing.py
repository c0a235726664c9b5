"""Closing a half-day: the trainer's countersignature in one gesture, and what is looked at before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.refusals import N_, Reason
from app.courses.rules.signing import window

SAME_DEVICE_WITHIN = timedelta(seconds=60)  # two people, one phone, one minute: worth a look
UNSIGNED_FOR = timedelta(days=14)  # what nobody closed is recalled so long; older half-days are on the cohort's own page


class NotYourHalfDay(Reason):
    code = "not_your_half_day"
    sentence = N_(
        "Seuls la formatrice ou le formateur de cette demi-journée, et la personne responsable de la formation, la contresignent."
    )
    hard = True


class NotBegun(Reason):
    code = "not_begun"
    sentence = N_("Cette demi-journée n’a pas commencé\u00a0: on ne la clôt pas d’avance.")
    hard = True


class OnHoliday(Reason):
    code = "session_on_holiday"
    sentence = N_("Ce jour est férié ou fermé\u00a0: la feuille doit dire pourquoi la séance a eu lieu.")
    next_step = N_("Écrivez la raison sur la séance.")


class OutsideDates(Reason):
    code = "outside_dates"
    sentence = N_("Cette séance est hors des dates de la promotion.")


class TrainerElsewhere(Reason):
    code = "trainer_elsewhere"
    sentence = N_("%(trainer)s est aussi à «\u00a0%(title)s\u00a0» à ce moment-là.")


class MoreThanPlaces(Reason):
    code = "more_than_places"
    sentence = N_("%(count)s personne a signé pour %(places)s places.")
    plural = N_("%(count)s personnes ont signé pour %(places)s places.")


class OneDevice(Reason):
    code = "one_device"
    sentence = N_("%(names)s ont signé depuis le même appareil, à moins d’une minute.")
    next_step = N_("Vérifiez que chaque personne est bien là.")


class OutsideWindow(Reason):
    code = "outside_window"
    sentence = N_("%(names)s\u00a0: signature hors de la fenêtre.")


class TimesOutside(Reason):
    code = "times_outside"
    sentence = N_("L’arrivée et le départ sont dans la demi-journée, l’arrivée d’abord.")


class ReasonMissing(Reason):
    code = "reason_missing"
    sentence = N_("Écrivez la raison de la correction\u00a0: les deux valeurs et la raison restent lisibles.")


class SignedButAbsent(Reason):
    code = "signed_but_absent"
    sentence = N_("%(name)s a signé\u00a0: pour noter son absence, corrigez avec une raison.")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed when, and on which device (a fingerprint; none: paper)."""

    name: str
    at: datetime
    device: str


def reasons_one_device(signatures: Sequence[Signature]) -> Iterator[Reason]:
    """Different people on one device within seconds."""
    by_device: dict[str, list[Signature]] = {}
    for signature in sorted(signatures, key=lambda one: one.at):
        if signature.device:
            by_device.setdefault(signature.device, []).append(signature)
    for group in by_device.values():
        close = [
            one
            for rank, one in enumerate(group)
            if any(abs(one.at - other.at) < SAME_DEVICE_WITHIN for other in group[:rank] + group[rank + 1 :])
        ]
        if close:
            yield OneDevice(names=", ".join(one.name for one in close))


def reasons_all_in_window(signatures: Sequence[Signature], starts_at: datetime, ends_at: datetime) -> Iterator[Reason]:
    """Every signature is between ten minutes before and thirty after: moved half-days show here."""
    opens_at, closes_at = window(starts_at, ends_at)
    outside = [one.name for one in signatures if not opens_at <= one.at <= closes_at]
    if outside:
        yield OutsideWindow(names=", ".join(outside))


def reasons_places(signed: int, capacity: int | None) -> Iterator[Reason]:
    if capacity is not None and signed > capacity:
        yield MoreThanPlaces(count=signed, places=capacity)


def reasons_times(late: int, early: int, *, length: int) -> Iterator[Reason]:
    """Late and early leave something of the half-day."""
    if late < 0 or early < 0 or late + early >= length:
        yield TimesOutside()
