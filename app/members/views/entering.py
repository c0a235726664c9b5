"""Entering: by password, by a link in a mail, by choosing a new password."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from app.core import clock
from app.core.refusals import Refused
from app.members import queries, services
from app.members.forms import AskMailForm, CodeForm, LinkForm, ResetForm, SignInForm
from app.members.views.door import AWAITING, answer, asked_page, back_to_work, bp, device, let_in
from app.web import trying


@bp.route("/login", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated and request.method == "GET":
        return back_to_work()
    form = SignInForm(email=request.args.get("email", ""))
    if form.validate_on_submit():
        remembered = form.remembered.data
        try:
            token = services.sign_in(
                email=form.email.data, password=form.password.data, device=device(remembered=remembered), now=clock.now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            return let_in(token, remembered=remembered)
    return answer("members/sign_in.html", form, back=asked_page())


@bp.route("/login/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """The second half of entering, for who chose it."""
    token = session.get(AWAITING, "")
    if queries.awaiting(token, now=clock.now()) is None:
        session.pop(AWAITING, None)
        return redirect(url_for(".sign_in", next=asked_page() or None))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            opened = services.second_factor.prove_code(token, code=form.code.data, device=device(), now=clock.now())
        except Refused as refused:
            if "wrong_code" in refused.codes:
                form.tell_beside("code", refused)
            else:
                form.refuse(refused)
        else:
            return let_in(token, remembered=opened.remembered)
    return answer("members/code.html", form, back=asked_page())


@bp.post("/logout")
def sign_out() -> ResponseReturnValue:
    if current_user.is_authenticated:
        services.sign_out(current_user, now=clock.now())
        logout_user()
    flash(_("Votre session est fermée. À bientôt."))
    return redirect("/")


# ---------------------------------------------------------------- a link in a mail


@bp.route("/login/link", methods=["GET", "POST"])
def ask_link() -> ResponseReturnValue:
    """The sign-in form may post here too: it needs the address only."""
    form = AskMailForm(email=request.args.get("email", ""))
    if form.validate_on_submit():
        try:
            services.ask_link(email=form.email.data, device=device(), back=asked_page(), now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            return _look_in_your_mail()
    return answer("members/ask_link.html", form, back=asked_page())


@bp.route("/login/link/<token>", methods=["GET", "POST"])
def enter_by_link(token: str) -> ResponseReturnValue:
    """Opening the link changes nothing: programs that look through mails open it too. The button does."""
    person = next((row.member for purpose in services.LINKS if (row := queries.by_access_token(token, purpose, now=clock.now()))), None)
    if person is None:
        return link_is_spent(url_for(".ask_link", next=asked_page() or None))
    form = LinkForm()
    if form.validate_on_submit():
        try:
            opened = services.sign_in_by_link(token, device=device(remembered=form.remembered.data), now=clock.now())
        except Refused:
            return link_is_spent(url_for(".ask_link", next=asked_page() or None))
        return let_in(opened, remembered=form.remembered.data)
    return answer("members/enter_by_link.html", form, person=person, back=asked_page())


# ---------------------------------------------------------------- a new password


@bp.route("/reset", methods=["GET", "POST"])
def ask_reset() -> ResponseReturnValue:
    form = AskMailForm(email=request.args.get("email", ""))
    if form.validate_on_submit():
        try:
            services.ask_reset(email=form.email.data, device=device(), back=asked_page(), now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            return _look_in_your_mail()
    return answer("members/ask_reset.html", form, back=asked_page())


@bp.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> ResponseReturnValue:
    row = queries.by_access_token(token, "reset", now=clock.now())
    if row is None or row.member is None:
        return link_is_spent(url_for(".ask_reset", next=asked_page() or None))
    form = ResetForm()
    form.offer([] if queries.is_code_asked(row.member.id) else queries.passkeys(row.member.id))
    if form.validate_on_submit():
        try:
            opened = services.reset_password(token, password=form.password.data, device=device(), now=clock.now(), lost=form.lost_keys)
        except Refused as refused:
            if "link_spent" in refused.codes:
                return link_is_spent(url_for(".ask_reset", next=asked_page() or None))
            form.tell_beside("password", refused)
        else:
            entered = let_in(opened, remembered=False)
            flash(_("Votre mot de passe est changé. Les autres appareils devront entrer de nouveau."))
            return entered
    return answer("members/reset.html", form, person=row.member, back=asked_page())


# ---------------------------------------------------------------- answers


def _look_in_your_mail() -> ResponseReturnValue:
    """The same for everybody: nobody learns here who is known."""
    return redirect(url_for(".look_in_your_mail"))


@bp.get("/login/mail")
def look_in_your_mail() -> ResponseReturnValue:
    return render_template("members/look_in_your_mail.html", mails=trying.mails())


def link_is_spent(again: str) -> ResponseReturnValue:
    return render_template("members/link_spent.html", again=again), 410
