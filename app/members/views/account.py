"""One's own account: what one says of oneself, what opens it, and where it is open."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.members import queries, rules, services
from app.members.forms import AddressForm, ApiTokenForm, Form, PasswordForm, ProfileForm
from app.members.views.door import answer, asked_page, back_to_work, bp
from app.members.views.entering import link_is_spent
from app.place import queries as place_queries
from app.web.forms import SelectChoice


@bp.get("/me/account")
def account() -> ResponseReturnValue:
    """The way to all that follows."""
    now = clock.now()
    return render_template(
        "members/index.html",
        has_code=queries.is_code_asked(current_user.id),
        passkeys=len(queries.passkeys(current_user.id)),
        devices=len(queries.sessions(current_user.id, now=now)),
        has_feed=any(one.subject == services.OWN_FEED for one in queries.tokens(current_user.id, "feed", now=now)),
        tokens=len(queries.tokens(current_user.id, "api", now=now)),
    )


@bp.route("/me/profile", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    now = clock.now()
    form = ProfileForm(obj=current_user)
    if not rules.may_be_in_directory(current_user.birth_date, now.date()):
        del form.in_directory, form.shows_presence
    if not current_user.may("see_all_bookings"):
        del form.wants_digest
    if form.validate_on_submit():
        told = {name: field.data for name, field in form._fields.items() if name in (*services.PROFILE, *services.CONSENTS)}
        try:
            services.change_profile(member_id=current_user.id, now=now, **told)
        except Refused as refused:
            form.refuse(refused)
        else:
            refresh()  # the language may have changed: the message is in the new one
            flash(_("C’est noté."))
            return redirect(url_for(".profile"))
    return answer("members/profile.html", form)


# ---------------------------------------------------------------- what opens the account


@bp.route("/me/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    form = PasswordForm()
    if current_user.password_hash is None:
        del form.current
    if form.validate_on_submit():
        try:
            services.change_password(
                member_id=current_user.id,
                current=form.current.data if "current" in form else "",
                password=form.password.data,
                visit=current_user.web_session,
                address=request.remote_addr or "",
                now=clock.now(),
            )
        except Refused as refused:
            place_refusal(form, refused, otherwise="password")
        else:
            flash(_("Votre mot de passe est changé. Vos autres appareils devront entrer de nouveau."))
            return back_to_work(url_for(".password"))
    return answer("members/password.html", form, back=asked_page())


@bp.route("/me/address", methods=["GET", "POST"])
def address() -> ResponseReturnValue:
    """Another e-mail address: it must answer first."""
    form = AddressForm()
    if current_user.password_hash is None:
        del form.current
    if form.validate_on_submit():
        try:
            services.ask_new_address(
                member_id=current_user.id,
                visit=current_user.web_session,
                email=form.email.data,
                current=form.current.data if "current" in form else "",
                address=request.remote_addr or "",
                now=clock.now(),
            )
        except Refused as refused:
            place_refusal(form, refused, otherwise="email")
        else:
            flash(_("Nous venons d’écrire à cette adresse : ouvrez le lien pour qu’elle remplace l’ancienne."))
            return redirect(url_for(".profile"))
    return answer("members/address.html", form)


@bp.route("/me/address/<token>", methods=["GET", "POST"])
def new_address(token: str) -> ResponseReturnValue:
    """The link of the mail, which may be opened on another device; its button makes the change."""
    row = queries.by_access_token(token, "email", now=clock.now())
    if row is None or row.member is None:
        return link_is_spent(url_for(".address"))
    form = Form()
    if form.validate_on_submit():
        try:
            services.take_new_address(token, now=clock.now())
        except Refused:
            return link_is_spent(url_for(".address"))
        flash(_("C’est noté : nous vous écrivons désormais à cette adresse."))
        return redirect(url_for(".profile"))
    return answer("members/new_address.html", form, email=row.member.new_email)


def place_refusal(form: Form, refused: Refused, *, otherwise: str) -> None:
    """Beside the field it is about; above them all when it is about none."""
    if refused.codes == ["wrong_password"]:
        form.tell_beside("current", refused)
    elif {"enter_again", "too_many_attempts"}.intersection(refused.codes):
        form.refuse(refused)
    else:
        form.tell_beside(otherwise, refused)


# ---------------------------------------------------------------- where it is open


@bp.get("/me/sessions")
def sessions() -> ResponseReturnValue:
    found = [(one, rules.device_name(one.user_agent)) for one in queries.sessions(current_user.id, now=clock.now())]
    return render_template("members/sessions.html", sessions=found, here_id=current_user.web_session.id, zone=place_queries.current().tz)


@bp.post("/me/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    if not services.end_session(member_id=current_user.id, session_id=session_id, now=clock.now()):
        abort(404)
    flash(_("C’est fermé sur cet appareil."))
    return redirect(url_for(".sessions"))


@bp.post("/me/sessions/end")
def end_other_sessions() -> ResponseReturnValue:
    services.end_sessions(member_id=current_user.id, actor_id=current_user.id, but=current_user.web_session.id, now=clock.now())
    flash(_("C’est fermé partout ailleurs qu’ici."))
    return redirect(url_for(".sessions"))


# ---------------------------------------------------------------- what reads it without us


@bp.get("/me/calendar")
def calendar() -> ResponseReturnValue:
    return _calendar("")


@bp.post("/me/calendar")
def renew_calendar() -> ResponseReturnValue:
    """The address is told in this answer and nowhere else: only its hash is kept."""
    return _calendar(services.renew_feed(member_id=current_user.id, now=clock.now()))


@bp.post("/me/calendar/end")
def end_calendar() -> ResponseReturnValue:
    services.end_feed(member_id=current_user.id, now=clock.now())
    flash(_("L’adresse de votre agenda ne donne plus rien."))
    return redirect(url_for(".calendar"))


def _calendar(token: str) -> ResponseReturnValue:
    feed = next((one for one in queries.tokens(current_user.id, "feed", now=clock.now()) if one.subject == services.OWN_FEED), None)
    url = url_for("feeds.feed", token=token, _external=True) if token else ""
    return render_template("members/calendar.html", feed=feed, url=url, zone=place_queries.current().tz)


@bp.route("/me/tokens", methods=["GET", "POST"])
def tokens() -> ResponseReturnValue:
    """Tokens for programs; a new one is told in the answer that made it."""
    form, told = ApiTokenForm(), ""
    words = {
        "read": _("lire ce que je vois"),
        "write": _("réserver, déplacer et annuler à ma place"),
        "manage": _("gérer le lieu comme moi"),
    }
    choices = [SelectChoice(scope, words[scope]) for scope in rules.default_scopes(current_user.roles)]
    form.scopes.choices = choices
    if form.validate_on_submit():
        told = services.make_api_token(
            person=current_user, label=form.label.data, scopes=form.scopes.data or [], actor_id=current_user.id, now=clock.now()
        )
        form = ApiTokenForm(formdata=None)
        form.scopes.choices = choices
    found = queries.tokens(current_user.id, "api", now=clock.now())
    return answer("members/tokens.html", form, told=told, tokens=found, words=words, zone=place_queries.current().tz)


@bp.post("/me/tokens/<int:token_id>/end")
def end_token(token_id: int) -> ResponseReturnValue:
    if not services.revoke_token(member_id=current_user.id, token_id=token_id, now=clock.now()):
        abort(404)
    flash(_("Ce jeton n’ouvre plus rien."))
    return redirect(url_for(".tokens"))
