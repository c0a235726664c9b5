"""The shape of what people write about themselves, and of what staff writes about them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.refusals import Refused
from app.members import queries
from app.members.models import Passkey
from app.members.rules import ROLE_NAMES, is_siren
from app.web import forms
from app.web.forms import SelectChoice
from app.web.words import next_step, said

BORN_FIRST = date(1900, 1, 1)
LANGUAGES = (SelectChoice("fr", "Français"), SelectChoice("en", "English"))
PASSWORD_HINT = _l("Douze caractères au moins : une phrase convient. Ou huit, avec trois sortes de signes.")


def people_to_choose() -> list[SelectChoice]:
    """Everybody whose account is open, to choose one."""
    return [SelectChoice(member_id, name) for member_id, name in queries.choices()]


class Form(forms.Form):
    def tell_beside(self, name: str, refused: Refused) -> None:
        """Show these reasons under one field, since they are about it."""
        field = self[name]
        field.errors = [*field.errors, *(" ".join(filter(None, (said(reason), next_step(reason)))) for reason in refused.reasons)]


# ---------------------------------------------------------------- entering


class SignInForm(Form):
    email = forms.EmailField(_l("Adresse électronique"), [forms.InputRequired()], render_kw={"autocomplete": "username"})
    password = forms.PasswordField(_l("Mot de passe"), [forms.InputRequired()])
    remembered = forms.BooleanField(_l("Se souvenir de cet appareil, un mois"))


class AskMailForm(Form):
    email = forms.EmailField(_l("Adresse électronique"), [forms.InputRequired()], render_kw={"autocomplete": "username"})


class LinkForm(Form):
    remembered = forms.BooleanField(_l("Se souvenir de cet appareil, un mois"))


class CodeForm(Form):
    code = forms.StringField(
        _l("Code"),
        [forms.InputRequired()],
        max_length=20,
        description=_l("Les six chiffres de l’application de votre téléphone, ou un code de secours."),
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"},
    )


class NewPasswordForm(Form):
    password = forms.PasswordField(
        _l("Nouveau mot de passe"), [forms.InputRequired()], autocomplete="new-password", description=PASSWORD_HINT
    )


class ResetForm(NewPasswordForm):
    """Which passkeys are lost is asked of who has some, and no code of a telephone to prove first."""

    lost = forms.CheckboxesField(
        _l("Ces clés d’accès ouvriront encore votre compte"),
        coerce=int,
        description=_l("Cochez celles que vous n’avez plus : elles sont retirées."),
    )

    def offer(self, passkeys: Sequence[Passkey]) -> None:
        self.lost.choices = [SelectChoice(one.id, one.label) for one in passkeys]
        if not passkeys:
            del self.lost

    @property
    def lost_keys(self) -> list[int]:
        return (self.lost.data or []) if "lost" in self else []


class SignUpForm(Form):
    name = forms.StringField(_l("Prénom et nom"), [forms.InputRequired()], max_length=120, render_kw={"autocomplete": "name"})
    email = forms.EmailField(_l("Adresse électronique"), [forms.InputRequired()])
    password = forms.PasswordField(_l("Mot de passe"), [forms.InputRequired()], autocomplete="new-password", description=PASSWORD_HINT)
    birth_date = forms.DateField(
        _l("Date de naissance"),
        earliest=BORN_FIRST,
        description=_l("Seulement si vous avez moins de dix-huit ans."),
        render_kw={"autocomplete": "bday"},
    )
    guardian_name = forms.StringField(_l("Nom d’un parent ou d’un tuteur"), max_length=120, render_kw={"autocomplete": "off"})
    guardian_email = forms.EmailField(_l("Son adresse électronique"), render_kw={"autocomplete": "off"})

    @property
    def asks_guardian(self) -> bool:
        """Whether the part for minors is open: there is something in it, or something about it."""
        return any(field.data or field.errors for field in (self.birth_date, self.guardian_name, self.guardian_email))


class ConfirmForm(Form):
    password = forms.PasswordField(_l("Le mot de passe choisi à l’inscription"))


# ---------------------------------------------------------------- my account


class ProfileForm(Form):
    name = forms.StringField(_l("Prénom et nom"), [forms.InputRequired()], max_length=120, render_kw={"autocomplete": "name"})
    phone = forms.StringField(
        _l("Téléphone"),
        [forms.Optional(), forms.Regexp(r"\+?[0-9 .()/-]{6,29}$", message=_l("Écrivez le numéro comme 02 33 00 00 00."))],
        max_length=30,
        render_kw={"autocomplete": "tel", "type": "tel"},
    )
    street = forms.StringField(_l("Rue"), max_length=200, render_kw={"autocomplete": "street-address"})
    postal_code = forms.StringField(_l("Code postal"), max_length=10, render_kw={"autocomplete": "postal-code"})
    town = forms.StringField(_l("Commune"), max_length=120, render_kw={"autocomplete": "address-level2"})
    skills = forms.StringField(
        _l("Ce que je sais faire"), max_length=300, description=_l("Pour que les autres sachent à qui demander : couture, tableur, vélos…")
    )
    locale = forms.SelectField(_l("Langue des pages et des courriels"), choices=LANGUAGES)
    in_directory = forms.BooleanField(_l("Je veux bien être dans l’annuaire, que voient les adhérents"))
    shows_presence = forms.BooleanField(_l("Je veux bien que les adhérents voient quand je viens"))
    wants_reminders = forms.BooleanField(_l("M’écrire la veille de mes réservations"))
    wants_digest = forms.BooleanField(_l("M’écrire le lundi la semaine du lieu"))


class PasswordForm(Form):
    current = forms.PasswordField(_l("Mot de passe actuel"), [forms.InputRequired()])
    password = forms.PasswordField(
        _l("Nouveau mot de passe"), [forms.InputRequired()], autocomplete="new-password", description=PASSWORD_HINT
    )


class AddressForm(Form):
    email = forms.EmailField(_l("Nouvelle adresse électronique"), [forms.InputRequired()])
    current = forms.PasswordField(_l("Mot de passe actuel"), [forms.InputRequired()])


class ProofForm(Form):
    current = forms.PasswordField(_l("Mot de passe actuel"), [forms.InputRequired()])


class PasskeyForm(Form):
    label = forms.StringField(
        _l("Nom de la clé"), [forms.InputRequired()], max_length=80, description=_l("Pour vous y retrouver : mon téléphone, la clé bleue…")
    )
    current = forms.PasswordField(_l("Mot de passe actuel"), [forms.InputRequired()])


class ApiTokenForm(Form):
    label = forms.StringField(
        _l("Pour quel programme"), [forms.InputRequired()], max_length=80, description=_l("Pour vous y retrouver : agenda de la mairie…")
    )
    scopes = forms.CheckboxesField(_l("Ce qu’il pourra faire"), [forms.InputRequired()])


# ---------------------------------------------------------------- what staff writes


class MemberForm(Form):
    name = forms.StringField(_l("Prénom et nom"), [forms.InputRequired()], max_length=120, render_kw={"autocomplete": "off"})
    email = forms.EmailField(_l("Adresse électronique"), [forms.InputRequired()], render_kw={"autocomplete": "off"})
    phone = forms.StringField(_l("Téléphone"), max_length=30, render_kw={"autocomplete": "off"})
    street = forms.StringField(_l("Rue"), max_length=200, render_kw={"autocomplete": "off"})
    postal_code = forms.StringField(_l("Code postal"), max_length=10, render_kw={"autocomplete": "off"})
    town = forms.StringField(_l("Commune"), max_length=120, render_kw={"autocomplete": "off"})
    roles = forms.CheckboxesField(_l("Rôles"), [forms.InputRequired()])
    tariff_group = forms.SelectField(_l("Tarif"))
    badge = forms.BooleanField(_l("A un badge : vient jour et nuit, là où le lieu le permet"))
    organisation_id = forms.SelectField(_l("Organisation qui paie"), coerce=int)
    is_organisation_contact = forms.BooleanField(_l("Est la personne à qui l’on écrit pour cette organisation"))
    locale = forms.SelectField(_l("Langue des courriels"), choices=LANGUAGES, default="fr")
    birth_date = forms.DateField(_l("Date de naissance"), earliest=BORN_FIRST, render_kw={"autocomplete": "off"})
    guardian_name = forms.StringField(_l("Parent ou tuteur d’un mineur"), max_length=120, render_kw={"autocomplete": "off"})
    guardian_email = forms.EmailField(_l("Son adresse électronique"), render_kw={"autocomplete": "off"})
    has_consent = forms.BooleanField(_l("J’ai son accord écrit"))
    invite = forms.BooleanField(_l("Lui envoyer un lien pour entrer"), default=True)

    def offer(self, *, roles: list[str], tariffs: list[tuple[str, str]], organisations: list[tuple[int, str]]) -> None:
        """What may be chosen: the roles that the one who writes may give, the lieu's tariffs, the organisations we know."""
        self.roles.choices = [SelectChoice(role, _l(ROLE_NAMES[role])) for role in roles]
        self.tariff_group.choices = [SelectChoice(code, name) for code, name in tariffs]
        self.organisation_id.choices = [SelectChoice(0, _l("Aucune")), *(SelectChoice(id, name) for id, name in organisations)]


class SuspensionForm(Form):
    reason = forms.TextAreaField(
        _l("Pourquoi"), [forms.InputRequired()], max_length=300, description=_l("La personne lira cette phrase. Restez factuel.")
    )


class ClosingForm(Form):
    """Only a yes."""


class ImportForm(Form):
    file = forms.FileField(_l("Le tableau, au format CSV"), [forms.FileRequired()], render_kw={"accept": ".csv,text/csv,text/plain"})
    dry_run = forms.BooleanField(_l("Essayer seulement : dire ce qui serait fait, sans rien écrire"))


class OrganisationForm(Form):
    name = forms.StringField(_l("Nom"), [forms.InputRequired()], max_length=120)
    siren = forms.StringField(_l("SIREN"), max_length=14, description=_l("Neuf chiffres."), render_kw={"inputmode": "numeric"})
    email = forms.EmailField(_l("Adresse électronique pour les factures"))
    street = forms.StringField(_l("Rue"), max_length=200)
    postal_code = forms.StringField(_l("Code postal"), max_length=10)
    town = forms.StringField(_l("Commune"), max_length=120)

    def validate_siren(self, field: Any) -> None:
        field.data = "".join(field.data.split())
        if field.data and not is_siren(field.data):
            raise forms.ValidationError(_("Ce n’est pas un SIREN : neuf chiffres, comme 552 100 554."))

    @property
    def written(self) -> dict[str, Any]:
        return {name: self[name].data for name in ("name", "siren", "email", "street", "postal_code", "town")}


class GroupForm(Form):
    name = forms.StringField(_l("Nom"), [forms.InputRequired()], max_length=120)
    tariff_group = forms.SelectField(_l("Tarif de ses membres"), description=_l("Il passe avant celui de chacun, s’il est choisi."))

    def offer(self, tariffs: list[tuple[str, str]]) -> None:
        self.tariff_group.choices = [SelectChoice("", _l("Celui de chacun")), *(SelectChoice(code, name) for code, name in tariffs)]


class JoinGroupForm(Form):
    member_id = forms.SelectField(_l("Personne"), coerce=int)
    since = forms.DateField(_l("À partir du"), [forms.InputRequired()])
    until = forms.DateField(_l("Jusqu’au"), description=_l("Ce jour compris. Rien : tant qu’il en est."))

    def validate_until(self, field: Any) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            raise forms.ValidationError(_("La fin vient après le début."))


# ---------------------------------------------------------------- what staff asks


class PeopleForm(forms.QueryForm):
    """Who to show in the list."""

    q = forms.StringField(_l("Chercher"), max_length=80)
    role = forms.SelectField(
        _l("Rôle"),
        default="",
        choices=[SelectChoice("", _l("tous les rôles")), *(SelectChoice(role, _l(name)) for role, name in ROLE_NAMES.items())],
    )
    state = forms.SelectField(
        _l("État"),
        default="",
        choices=[
            SelectChoice("", _l("tous les comptes ouverts")),
            SelectChoice("active", _l("actifs")),
            SelectChoice("unconfirmed", _l("en attente")),
            SelectChoice("suspended", _l("suspendus")),
            SelectChoice("inactive", _l("fermés")),
        ],
    )
