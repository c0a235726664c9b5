"""A project as its author tells it, and its pictures."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.booking.rules import Thing
from app.fablab.models import Project
from app.fablab.rules import LICENCES, is_link
from app.web import forms
from app.web.forms import SelectChoice

MOST_MATERIALS, LONGEST_MATERIAL = 20, 80


class ProjectForm(forms.Form):
    """What was made, with what, and who may see it."""

    title = forms.StringField(_l("Ce que c’est"), [forms.InputRequired()], max_length=120)
    text = forms.TextAreaField(
        _l("Comment c’est fait"),
        max_length=20_000,
        render_kw={"rows": 8},
        description=_l("Ce qui a marché, ce qui a raté, les réglages. Un titre commence par #, une liste par un tiret."),
    )
    machine_ids = forms.CheckboxesField(_l("Avec quelles machines"), coerce=int)
    materials = forms.TextAreaField(
        _l("Avec quelles matières"), max_length=2000, render_kw={"rows": 3}, description=_l("Une par ligne, comme : Contreplaqué 3 mm")
    )
    link = forms.StringField(
        _l("Un lien"), max_length=300, description=_l("Vos fichiers, votre page : une adresse qui commence par https://")
    )
    licence = forms.SelectField(_l("Ce que les autres peuvent en faire"))
    visibility = forms.RadioField(
        _l("Qui peut la voir"),
        choices=[
            SelectChoice("draft", _l("moi seulement, c’est un brouillon")),
            SelectChoice("members", _l("les personnes du lieu")),
            SelectChoice("public", _l("tout le monde, sur la page publique")),
        ],
        default="draft",
    )
    is_signed = forms.BooleanField(_l("Mettre mon nom"), description=_l("Sans cela, elle se montre sans dire de qui elle est."))

    def offer(self, machines: Iterable[Thing]) -> None:
        self.machine_ids.choices = [SelectChoice(one.id, one.name) for one in machines]
        self.licence.choices = [SelectChoice(code, _(one.name)) for code, one in LICENCES.items()]

    def validate_link(self, field: Any) -> None:
        if field.data and not is_link(field.data):
            raise forms.ValidationError(_("Écrivez une adresse complète, qui commence par https://"))

    def validate_materials(self, field: Any) -> None:
        lines = _lines(field.data)
        if len(lines) > MOST_MATERIALS or any(len(line) > LONGEST_MATERIAL for line in lines):
            raise forms.ValidationError(_("Vingt lignes au plus, de quatre-vingts caractères."))

    @property
    def facts(self) -> dict[str, Any]:
        names = ("title", "text", "link", "licence", "visibility", "is_signed")
        return {name: self[name].data for name in names} | {"materials": _lines(self.materials.data)}


class PhotosForm(forms.Form):
    """Some pictures at once, with the words that say what they show."""

    photos = forms.MultipleFileField(
        _l("Des photos"),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
        description=_l("JPEG, PNG ou WebP, 8 Mo au plus chacune. Le lieu et l’heure de la prise de vue en sont effacés."),
    )
    caption = forms.StringField(_l("Ce qu’on y voit"), max_length=120, description=_l("Lu à voix haute à qui ne voit pas l’image."))


def project_form(project: Project | None, machines: Iterable[Thing]) -> ProjectForm:
    """Filled from the project as it is."""
    if project is None:
        form = ProjectForm()
    else:
        names = ("title", "text", "link", "licence", "visibility", "is_signed")
        shown = {name: getattr(project, name) for name in names}
        form = ProjectForm(data=shown | {"machine_ids": [one.id for one in project.machines], "materials": "\n".join(project.materials)})
    form.offer(machines)
    return form


def _lines(text: str) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
