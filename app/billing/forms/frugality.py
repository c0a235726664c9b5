"""What each month costs and receives; hours given by volunteers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.web import forms

SPARE = 2  # empty lines under those that are written
MOST = 40
FIXED, VARIABLE, PUBLIC = "fixed", "variable", "public"


class AmountForm(forms.Form):
    """One cost or one aid; a line without a name is none."""

    class Meta(forms.Form.Meta):
        csrf = False

    label = forms.StringField(_l("Nom"), max_length=120)
    cents = forms.MoneyField(_l("Par mois"))
    sort = forms.SelectField(
        _l("Nature"),
        choices=[
            forms.SelectChoice(FIXED, _l("charge fixe")),
            forms.SelectChoice(VARIABLE, _l("charge qui suit les usages")),
            forms.SelectChoice(PUBLIC, _l("argent public reçu")),
        ],
    )

    def validate_cents(self, field: Any) -> None:
        if self.label.data and field.data is None:
            raise forms.ValidationError(_("Écrivez un montant en euros, comme 12,50."))


class CostsForm(forms.Form):
    rows = forms.FieldList(forms.FormField(AmountForm), max_entries=MOST)

    @classmethod
    def of(cls, costs: Sequence[Mapping[str, Any]], public_money: Sequence[Mapping[str, Any]]) -> "CostsForm":
        said = [{"label": one["nom"], "cents": one["cents"], "sort": VARIABLE if one.get("variable") else FIXED} for one in costs]
        said += [{"label": one["nom"], "cents": one["cents"], "sort": PUBLIC} for one in public_money]
        spare: list[dict[str, Any]] = [{"sort": FIXED}] * min(SPARE, MOST - len(said))
        return cls(data={"rows": [*said, *spare]})

    @property
    def costs(self) -> list[dict[str, Any]]:
        return [one | ({"variable": True} if sort == VARIABLE else {}) for one, sort in self._said() if sort != PUBLIC]

    @property
    def public_money(self) -> list[dict[str, Any]]:
        return [one for one, sort in self._said() if sort == PUBLIC]

    def _said(self) -> Iterable[tuple[dict[str, Any], str]]:
        for row in self.rows:
            if row.form.label.data:
                yield {"nom": row.form.label.data, "cents": row.form.cents.data}, row.form.sort.data


class HoursForm(forms.Form):
    day = forms.DateField(_l("Jour"), [forms.InputRequired()])
    minutes = forms.IntegerField(_l("Durée, en minutes"), [forms.InputRequired()], minimum=1, maximum=60_000)
    what = forms.StringField(
        _l("Pour quoi"),
        [forms.InputRequired()],
        max_length=200,
        description=_l("Sans nom\u00a0: «\u00a0repair café, trois personnes\u00a0»."),
    )
    hour_cents = forms.MoneyField(
        _l("Valeur d’une heure"),
        [forms.InputRequired()],
        description=_l("Ce que coûterait un salaire, charges comprises\u00a0: voyez avec votre comptable."),
    )
