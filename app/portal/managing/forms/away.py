"""Away for a while, or for good; whole days without anybody."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.booking.rules import reasons_typed
from app.core.period import Period, at
from app.web import forms, words


class ReasonForm(forms.Form):
    reason = forms.StringField(_l("Pourquoi"), max_length=300, description=_l("Les personnes qui avaient réservé le liront."))


class OutageForm(forms.Form):
    """From when to when a thing is out of service; no end: until someone says that it works again."""

    reason = forms.StringField(_l("Ce qui ne va pas"), [forms.InputRequired()], max_length=300)
    first_day = forms.DateField(_l("À partir du"), description=_l("Vide\u00a0: dès maintenant."))
    first_hour = forms.TimeField(_l("à"), description=_l("Vide\u00a0: dès le matin."))
    last_day = forms.DateField(_l("Jusqu’au"), description=_l("Vide\u00a0: jusqu’à ce que quelqu’un dise qu’elle remarche."))
    last_hour = forms.TimeField(_l("à"), description=_l("Vide\u00a0: jusqu’au soir."))

    def __init__(self, *, now: datetime, zone: ZoneInfo) -> None:
        super().__init__()
        self._now, self._zone = now.replace(second=0, microsecond=0), zone

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        pairs: list[tuple[Any, Any]] = [(self.first_day, self.first_hour), (self.last_day, self.last_hour)]
        for day, hour in pairs:
            if hour.data is not None and day.data is None:
                day.errors.append(_("Dites aussi le jour."))
            elif hour.data is not None:
                wall = datetime.combine(day.data, hour.data)
                hour.errors.extend(words.said(reason) for reason in reasons_typed(wall, self._zone, says_which=True))
        if not self.errors and self.ends_at is not None and self.ends_at <= self.starts_at:
            pairs[1][0].errors.append(_("La fin doit venir après le début, et après maintenant."))
        return not self.errors

    @property
    def sent(self) -> dict[str, str]:
        """What was written, to be confirmed; « now » is now said."""
        first, last = self.starts_at.astimezone(self._zone), self.ends_at.astimezone(self._zone) if self.ends_at else None
        said = {"reason": self.reason.data, "first_day": f"{first:%Y-%m-%d}", "first_hour": f"{first:%H:%M}", "confirmed": "1"}
        if last is not None:
            said |= {
                "last_day": self.last_day.data.isoformat(),
                "last_hour": self.last_hour.data.strftime("%H:%M") if self.last_hour.data else "",
            }
        return said

    @property
    def starts_at(self) -> datetime:
        """Never before now: what is past is past."""
        if self.first_day.data is None:
            return self._now
        return max(at(self.first_day.data, _minute(self.first_hour.data, 0), self._zone), self._now)

    @property
    def ends_at(self) -> datetime | None:
        return at(self.last_day.data, _minute(self.last_hour.data, 1440), self._zone) if self.last_day.data else None

    @property
    def period(self) -> Period | None:
        return Period(self.starts_at, self.ends_at) if self.ends_at is not None else None


def _minute(hour: time | None, otherwise: int) -> int:
    return otherwise if hour is None else hour.hour * 60 + hour.minute


class ClosureForm(forms.Form):
    """Whole days, both included, when nobody comes."""

    first_day = forms.DateField(_l("Du"), [forms.InputRequired()])
    last_day = forms.DateField(_l("Au"), [forms.InputRequired()], description=_l("Inclus. Le même jour pour une seule journée."))
    label = forms.StringField(
        _l("Pourquoi"), [forms.InputRequired()], max_length=120, description=_l("Par exemple\u00a0: fermeture d’été.")
    )

    LONGEST = timedelta(days=366)

    def __init__(self, *, now: datetime, zone: ZoneInfo) -> None:
        super().__init__()
        self._today = now.astimezone(zone).date()

    def validate_last_day(self, field: Any) -> None:
        if field.data is None or self.first_day.data is None:
            return
        if field.data < self.first_day.data:
            raise forms.ValidationError(_("La fin vient après le début, ou le même jour."))
        if field.data < self._today:
            raise forms.ValidationError(_("Ces jours sont déjà passés."))
        if field.data - self.first_day.data > self.LONGEST:
            raise forms.ValidationError(_("Un an au plus\u202f: vérifiez l’année."))

    @property
    def days(self) -> tuple[date, date]:
        return self.first_day.data, self.last_day.data
