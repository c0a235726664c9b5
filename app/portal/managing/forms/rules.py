"""Its own hours, and what all the things of a kind follow."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.booking.rules import Rules
from app.place.forms import WEEKDAYS, SpansField
from app.web import forms


class OwnHoursForm(forms.Form):
    """When this thing can be had, where it differs from the lieu: one line a day, « 8:30-12:30, 14:00-18:00 »."""

    @classmethod
    def of(cls, own: Mapping[str, Any] | None) -> "OwnHoursForm":
        return cls(data={f"day{day}": spans for day, spans in (own or {}).items()})

    @property
    def days(self) -> list[Any]:
        return [self[f"day{weekday}"] for weekday in range(7)]

    @property
    def hours(self) -> dict[str, list[list[int]]] | None:
        """None: those of the lieu."""
        said = {str(weekday): [list(span) for span in self[f"day{weekday}"].data or []] for weekday in range(7)}
        return said if any(said.values()) else None


for _weekday, _name in enumerate(WEEKDAYS):
    setattr(OwnHoursForm, f"day{_weekday}", SpansField(_name))


class CommonForm(forms.Form):
    """What desks, rooms and machines follow where they say nothing else."""

    horizon_days = forms.IntegerField(_l("On réserve jusqu’à tant de jours à l’avance"), [forms.InputRequired()], maximum=3660)
    desk_until = forms.TimeField(_l("Postes\u00a0: annulation gratuite jusqu’à telle heure, la veille"))
    desk_hours = forms.IntegerField(_l("Postes\u00a0: ou jusqu’à tant d’heures avant"), maximum=1440)
    desk_absence = forms.IntegerField(_l("Postes\u00a0: absent après tant de minutes"), [forms.InputRequired()], minimum=1, maximum=1440)
    room_until = forms.TimeField(_l("Salles\u00a0: annulation gratuite jusqu’à telle heure, la veille"))
    room_hours = forms.IntegerField(_l("Salles\u00a0: ou jusqu’à tant d’heures avant"), maximum=1440)
    room_absence = forms.IntegerField(_l("Salles\u00a0: absent après tant de minutes"), [forms.InputRequired()], minimum=1, maximum=1440)
    machine_until = forms.TimeField(_l("Machines\u00a0: annulation gratuite jusqu’à telle heure, la veille"))
    machine_hours = forms.IntegerField(_l("Machines\u00a0: ou jusqu’à tant d’heures avant"), maximum=1440)
    machine_absence = forms.IntegerField(
        _l("Machines\u00a0: absent après tant de minutes"), [forms.InputRequired()], minimum=1, maximum=1440
    )

    FAMILIES = ("desk", "room", "machine")

    @classmethod
    def of(cls, usual: Mapping[str, Rules]) -> "CommonForm":
        """`usual`: the rules of each family as they are."""
        shown: dict[str, Any] = {"horizon_days": usual["desk"].horizon_days}
        for family, rules in usual.items():
            shown[f"{family}_absence"] = rules.no_show_after
            if rules.free_until is not None:
                shown[f"{family}_until"] = time(rules.free_until // 60 % 24, rules.free_until % 60)
            else:
                shown[f"{family}_hours"] = rules.free_hours
        return cls(data=shown)

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        for family in self.FAMILIES:
            until, hours = self[f"{family}_until"], self[f"{family}_hours"]
            if (until.data is None) == (hours.data is None) and not until.errors and not hours.errors:
                hours.errors.append(_("Choisissez l’un ou l’autre\u00a0: la veille, ou tant d’heures avant."))
                is_valid = False
        return is_valid

    @property
    def rules(self) -> dict[str, dict[str, Any]]:
        said: dict[str, dict[str, Any]] = {}
        for family in self.FAMILIES:
            until = self[f"{family}_until"].data
            cancelling = {"free_hours": self[f"{family}_hours"].data} if until is None else {"free_until": until.hour * 60 + until.minute}
            said[family] = {"horizon_days": self.horizon_days.data, "no_show_after": self[f"{family}_absence"].data, **cancelling}
        return said


class TrustForm(forms.Form):
    half_days = forms.IntegerField(
        _l("Demi-journées sous zéro, au plus"),
        minimum=0,
        maximum=60,
        description=_l("0 : pas de crédit, il faut un carnet pour réserver."),
    )
