"""The forms of what machines cost."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l

from app.web import forms


class KwhForm(forms.Form):
    """What the lieu pays its current, for all machines."""

    kwh = forms.DecimalField(_l("Prix d’un kWh, en euros hors taxes"), maximum=Decimal(10), places=4)
