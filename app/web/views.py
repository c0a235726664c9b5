"""The shell's own pages: what the law asks to say, the living style page, the language switch, and what makes it installable."""

from datetime import date, datetime, time
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, abort, current_app, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.refusals import N_, Alternative, Cents
from app.web import compress, forms, i18n, offline
from app.web.registry import sources
from app.web.security import safe_next

bp = Blueprint("web", __name__, template_folder="templates")

ONE_YEAR = 365 * 24 * 3600


def install(app: Flask) -> None:
    app.register_blueprint(bp)


# ---------------------------------------------------------------- what the law asks


@bp.get("/accessibilite")
def accessibility() -> ResponseReturnValue:
    return _public_page("accessibility")


@bp.get("/mentions-legales")
def legal_notice() -> ResponseReturnValue:
    return _public_page("legal_notice")


@bp.get("/donnees-personnelles")
def personal_data() -> ResponseReturnValue:
    return _public_page("personal_data")


# ---------------------------------------------------------------- languages


@bp.get("/lang/<any(fr, en):language>")
def speak(language: str) -> ResponseReturnValue:
    """Remember the language on this device, and go back; nothing is written on the server."""
    answer = redirect(safe_next(request.args.get("next")))
    answer.set_cookie(i18n.COOKIE, language, max_age=ONE_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


# ---------------------------------------------------------------- installable


@bp.get("/manifest.webmanifest")
def manifest() -> ResponseReturnValue:
    lieu = sources().identity()
    answer = jsonify(offline.manifest(lieu, language=i18n.language()))
    answer.mimetype = "application/manifest+json"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@bp.get("/sw.js")
def service_worker() -> ResponseReturnValue:
    """In the language of the page that asks for it: a browser may fetch a worker without saying its own."""
    with force_locale(request.args.get("lang") if request.args.get("lang") in i18n.LANGUAGES else i18n.language()):
        answer = Response(offline.service_worker(), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/hors-ligne")
def without_network() -> ResponseReturnValue:
    """What is shown when the network is away and the page was never kept."""
    return render_template("web/offline.html")


# ---------------------------------------------------------------- the living style page


@bp.route("/style", methods=["GET", "POST"])
def style() -> ResponseReturnValue:
    """Every component, alive: for those who build, and for the team."""
    if not (current_app.debug or current_app.testing or current_app.config.get("DEMO") or sources().is_staff()):
        abort(404)
    form = SampleForm()
    if form.validate_on_submit():
        flash(_("Tout est bien rempli. Cette page d’exemple ne garde rien."))
        return redirect(url_for(".style"))
    body = render_template("web/style.html", form=form, sample_refusal=_sample_refusal(), at=_Samples)
    return make_response(body, form.status)


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.StringField(_l("Prénom et nom"), [forms.InputRequired()], render_kw={"autocomplete": "name"})
    email = forms.EmailField(_l("Adresse électronique"), [forms.InputRequired()])
    password = forms.PasswordField(
        _l("Mot de passe"),
        [forms.InputRequired(), forms.Length(min=12)],
        autocomplete="new-password",
        description=_l("Douze caractères au moins. Une phrase convient."),
    )
    day = forms.DateField(_l("Jour"))
    hour = forms.TimeField(_l("Heure"))
    seats = forms.IntegerField(_l("Places"), minimum=1, maximum=14)
    amount = forms.MoneyField(_l("Montant"), description=_l("En euros, comme 12,50."))
    rate = forms.SelectField(
        _l("Tarif"), choices=[forms.SelectChoice("normal", _l("Tarif normal")), forms.SelectChoice("solidarity", _l("Tarif solidaire"))]
    )
    note = forms.TextAreaField(_l("Un mot pour nous"))
    tell = forms.RadioField(
        _l("Me prévenir"),
        choices=[forms.SelectChoice("mail", _l("Par courriel")), forms.SelectChoice("never", _l("Jamais"))],
        default="mail",
    )
    evening = forms.BooleanField(_l("La veille de mes réservations"), default=True)


class _Samples:
    """Values that never change, so that two looks at the page can be compared."""

    zone = ZoneInfo("Europe/Paris")
    yesterday, today, tomorrow = date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9)
    start = datetime(2026, 12, 8, 14, 0, tzinfo=zone)
    end = datetime(2026, 12, 8, 15, 30, tzinfo=zone)
    night = datetime(2026, 12, 9, 9, 0, tzinfo=zone)
    opening, closing = time(8, 30), time(18, 30)


def _sample_refusal() -> SimpleNamespace:
    """Shaped like a refusal; real ones are the rooms'."""
    at = _Samples
    return SimpleNamespace(
        reasons=[
            SimpleNamespace(
                sentence=N_("Elle est prise de %(from)s à %(to)s."),
                plural="",
                next_step="",
                words={"from": at.start, "to": at.end},
                href="",
            ),
            SimpleNamespace(
                sentence=N_("Vous avez déjà une heure de laser ce jour-là, et chacun en a deux."),
                plural="",
                next_step=N_("Réservez une heure au plus (%(price)s), ou un autre jour."),
                words={"price": Cents(1200)},
                href="",
            ),
        ],
        alternatives=[
            Alternative(1, at.end, at.end.replace(hour=16, minute=30)),
            Alternative(2, at.start, at.end, label=_("Imprimante 3D FDM 2")),
        ],
    )


def _public_page(name: str) -> ResponseReturnValue:
    """A long text has one template for each language: a page is read as a whole, not sentence by sentence."""
    return compress.allow(render_template(f"web/{name}.{i18n.language()}.html"))
