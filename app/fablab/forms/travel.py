"""Rights that travel: a lieu to trust, a file to read."""

from flask_babel import lazy_gettext as _l

from app.web import forms


class TrustForm(forms.Form):
    name = forms.StringField(_l("Nom du lieu"), [forms.InputRequired()], max_length=120)
    url = forms.StringField(_l("Son adresse"), [forms.InputRequired()], max_length=200, description=_l("Elle commence par https://"))
    public_key = forms.StringField(
        _l("Sa clé"),
        [forms.InputRequired()],
        max_length=60,
        description=_l("Celle que montre sa propre page « Habilitations d’ailleurs »."),
    )


class ReadRightsForm(forms.Form):
    member_id = forms.SelectField(_l("À qui est ce fichier"), coerce=int)
    file = forms.FileField(
        _l("Le fichier"), [forms.FileRequired(_l("Choisissez le fichier."))], render_kw={"accept": "application/json,.json"}
    )
