"""Badge readers: one more, and whose a badge is."""

from flask_babel import lazy_gettext as _l

from app.web import forms


class RelayForm(forms.Form):
    name = forms.StringField(
        _l("Son nom"), [forms.InputRequired()], max_length=80, description=_l("Où il est, par exemple : à gauche de la laser.")
    )


class BadgeForm(forms.Form):
    """A badge by its number, or the one that was just shown."""

    member_id = forms.SelectField(_l("À qui"), coerce=int)
    number = forms.StringField(_l("Numéro du badge"), max_length=40, description=_l("Vide : celui qui vient d’être présenté au lecteur."))
    shown = forms.HiddenField(max_length=64)  # which one that was when the page was made
