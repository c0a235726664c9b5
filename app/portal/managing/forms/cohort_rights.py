"""What a cohort may use of the lieu."""

from flask_babel import lazy_gettext as _l

from app.web import forms


class SharedForm(forms.Form):
    """Each month, for the whole cohort to share; zero: nothing."""

    half_days = forms.IntegerField(_l("Demi-journées de poste, par mois"), [forms.InputRequired()], minimum=0, maximum=2000)
    hours = forms.IntegerField(_l("Heures de machine, par mois"), [forms.InputRequired()], minimum=0, maximum=2000)


class ClearForm(forms.Form):
    clearance_type_id = forms.SelectField(_l("Habilitation"), coerce=int)
