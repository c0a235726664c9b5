"""Which days of the books are exported."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.web import forms


class ExportForm(forms.QueryForm):
    first = forms.DateField(_l("Du"), [forms.InputRequired()])
    last = forms.DateField(_l("Au"), [forms.InputRequired()])

    def validate_last(self, field: Any) -> None:
        if self.first.data and field.data and field.data < self.first.data:
            raise forms.ValidationError(_("La fin vient après le début."))
