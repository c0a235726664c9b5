"""Joining in a minute; the address answers; of a minor, the guardian too."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.members import queries, services
from app.members.forms import ConfirmForm, Form, SignUpForm
from app.members.views.door import answer, asked_page, back_to_work, bp, device, let_in
from app.members.views.entering import link_is_spent
from app.web import i18n, security, trying

ABOUT_PASSWORD = ("password_too_weak", "password_too_common", "password_tells_who")


@bp.route("/signup", methods=["GET", "POST"])
def sign_up() -> ResponseReturnValue:
    if current_user.is_authenticated and request.method == "GET":
        return back_to_work()
    form = SignUpForm()
    if form.validate_on_submit():
        try:
            services.sign_up(
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
                birth_date=form.birth_date.data,
                guardian_name=form.guardian_name.data,
                guardian_email=form.guardian_email.data,
                locale=i18n.language(),
                back=asked_page(),
                device=device(),
                now=clock.now(),
            )
        except Refused as refused:
            _place(form, refused)
        else:
            session["signed_up_as"] = form.email.data
            return redirect(url_for(".welcome"))
    return answer("members/sign_up.html", form, back=asked_page())


@bp.get("/signup/mail")
def welcome() -> ResponseReturnValue:
    """The same whether the address was free or taken; who reads its mail learns which."""
    return render_template("members/welcome.html", email=session.get("signed_up_as", ""), mails=trying.mails())


@bp.route("/signup/<token>", methods=["GET", "POST"])
def confirm(token: str) -> ResponseReturnValue:
    """By the button only: programs open links too."""
    row = queries.by_access_token(token, "confirm", now=clock.now())
    if row is None or row.member is None:
        return link_is_spent(url_for(".ask_link"))
    form, back = ConfirmForm(), security.safe_next(row.subject, "")
    if form.validate_on_submit():
        without = "without" in request.form
        try:
            opened = services.confirm(token, password=None if without else form.password.data, device=device(), now=clock.now())
        except Refused as refused:
            if "link_spent" in refused.codes:
                return link_is_spent(url_for(".ask_link", next=back or None))
            if "wrong_password" in refused.codes:
                form.tell_beside("password", refused)
            else:
                form.refuse(refused)
        else:
            entered = let_in(opened, remembered=False, default=url_for(".password", next=back or None) if without else back or "/me")
            flash(_("Votre adresse est confirmée. Bienvenue !"))
            return entered
    return answer("members/confirm.html", form, person=row.member)


@bp.route("/guardian/<token>", methods=["GET", "POST"])
def consent(token: str) -> ResponseReturnValue:
    """A parent or tutor, who has no account here, agrees to the account of a minor."""
    row = queries.by_access_token(token, "guardian", now=clock.now())
    if row is None or row.member is None:
        return link_is_spent("/")
    form = Form()
    if form.validate_on_submit():
        try:
            minor = services.consent(token, now=clock.now())
        except Refused:
            return link_is_spent("/")
        session["consented_for"], session["consent_opened"] = minor.name, minor.status == "active"
        return redirect(url_for(".consented"))
    return answer("members/consent.html", form, person=row.member)


@bp.get("/guardian/thanks")
def consented() -> ResponseReturnValue:
    return render_template("members/consented.html", name=session.get("consented_for", ""), is_open=session.get("consent_opened", False))


def _place(form: SignUpForm, refused: Refused) -> None:
    """Each reason beside the field it is about."""
    for reason in refused.reasons:
        alone = Refused(reason)
        if reason.code in ABOUT_PASSWORD:
            form.tell_beside("password", alone)
        elif reason.code == "guardian_missing":
            form.tell_beside("guardian_name" if not form.guardian_name.data else "guardian_email", alone)
        else:
            form.refuse(alone)
