"""On the machine: take matter, say what is wrong, say that it works again."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from app.billing.models import Article
from app.core.period import at
from app.web import forms
from app.web.forms import SelectChoice


class MaterialForm(forms.Form):
    """So much of an article."""

    article_id = forms.SelectField(_l("Matière"), coerce=int)
    quantity = forms.DecimalField(_l("Quantité"), [forms.InputRequired()], minimum=Decimal("0.001"), maximum=Decimal(100_000), places=3)

    def offer(self, articles: Iterable[Article]) -> None:
        self.article_id.choices = [SelectChoice(str(one.id), f"{one.name} ({one.unit})") for one in articles]

    @property
    def milli(self) -> int:
        return int(self.quantity.data * 1000)


class ProblemForm(forms.Form):
    """What is wrong, with a photo if one likes."""

    text = forms.TextAreaField(_l("Qu’est-ce qui ne va pas ?"), [forms.InputRequired()], max_length=1000, render_kw={"rows": 4})
    photo = forms.FileField(
        _l("Une photo"),
        render_kw={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"},
        description=_l("JPEG, PNG ou WebP, 8 Mo au plus."),
    )
    dangerous = forms.BooleanField(
        _l("C’est dangereux"),
        description=_l("Elle est mise hors service tout de suite, et les personnes qui l’ont réservée sont prévenues."),
    )


class NoteForm(forms.Form):
    """A line of the log."""

    text = forms.TextAreaField(_l("Ce qui a été fait"), [forms.InputRequired()], max_length=1000, render_kw={"rows": 3})
    photo = forms.FileField(
        _l("Une photo"),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
        description=_l("JPEG, PNG ou WebP, 8 Mo au plus."),
    )


class OutageForm(forms.Form):
    """From when to when it is out of service; no end: until somebody says that it works again."""

    reason = forms.StringField(_l("Ce qui ne va pas, ou ce qui sera fait"), [forms.InputRequired()], max_length=300)
    first_day = forms.DateField(_l("À partir du"), description=_l("Vide : dès maintenant."))
    last_day = forms.DateField(_l("Jusqu’au"), description=_l("Ce jour compris. Vide : jusqu’à ce que quelqu’un dise qu’elle remarche."))

    def __init__(self, *, now: datetime, zone: ZoneInfo) -> None:
        super().__init__()
        self._now, self._zone = now.replace(second=0, microsecond=0), zone

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            self.last_day.errors.append(_l("La fin doit venir après le début, et après maintenant."))  # type: ignore[attr-defined]
        return not self.errors

    @property
    def starts_at(self) -> datetime:
        return max(at(self.first_day.data, 0, self._zone), self._now) if self.first_day.data else self._now

    @property
    def ends_at(self) -> datetime | None:
        return at(self.last_day.data, 1440, self._zone) if self.last_day.data else None

    @property
    def sent(self) -> dict[str, str]:
        """What was written, to be confirmed."""
        days = {name: self[name].data.isoformat() for name in ("first_day", "last_day") if self[name].data}
        return {"reason": self.reason.data, "confirmed": "1"} | days


def sent_photo(form: Any) -> Any:
    """The file, if one was chosen."""
    return form.photo.data or None
