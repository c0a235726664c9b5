"""Passkeys: entering by one; Mon compte, keeping some."""

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.members import queries, services
from app.members.forms import Form, LinkForm, PasskeyForm
from app.members.views.account import place_refusal
from app.members.views.door import answer, asked_page, bp, device, let_in
from app.place import queries as place_queries

_ASKED = "passkey"  # in the cookie: the question that the device is to sign


@bp.route("/login/passkey", methods=["GET", "POST"])
def enter_by_passkey() -> ResponseReturnValue:
    """A first press asks the question, the device answers it, and its answer comes here too."""
    form, options, now = LinkForm(), "", clock.now()
    signed = request.form.get("credential", "")
    if form.validate_on_submit():
        entering = device(remembered=form.remembered.data)
        try:
            if signed:
                token = services.passkeys.enter_by_passkey(signed, challenge=session.pop(_ASKED, ""), device=entering, now=now)
                return let_in(token, remembered=form.remembered.data)
            session[_ASKED], options = services.passkeys.ask_to_enter(device=entering, now=now)
        except Refused as refused:
            form.refuse(refused)
    return answer("members/enter_by_passkey.html", form, options=options, back=asked_page())


@bp.route("/me/passkeys", methods=["GET", "POST"])
def passkeys() -> ResponseReturnValue:
    form = PasskeyForm()
    if current_user.password_hash is None:
        del form.current
    if form.validate_on_submit():
        try:
            question, options = services.passkeys.ask_to_keep(
                member_id=current_user.id,
                visit=current_user.web_session,
                password=form.current.data if "current" in form else "",
                address=request.remote_addr or "",
                lieu=place_queries.current().name,
                now=clock.now(),
            )
        except Refused as refused:
            place_refusal(form, refused, otherwise="label")
        else:
            session[_ASKED] = question
            return answer("members/keep_passkey.html", Form(formdata=None), options=options, label=form.label.data)
    return answer("members/passkeys.html", form, passkeys=queries.passkeys(current_user.id), zone=place_queries.current().tz)


@bp.post("/me/passkeys/new")
def keep_passkey() -> ResponseReturnValue:
    """What the device answered."""
    label = request.form.get("label", "").strip()[:80] or "—"
    try:
        services.passkeys.keep(
            request.form.get("credential", ""), challenge=session.pop(_ASKED, ""), member_id=current_user.id, label=label, now=clock.now()
        )
    except Refused as refused:
        return render_template("members/refused.html", refused=refused, back=url_for(".passkeys")), refused.status
    flash(_("C’est fait : cette clé ouvre votre compte."))
    return redirect(url_for(".passkeys"))


@bp.post("/me/passkeys/<int:passkey_id>/end")
def end_passkey(passkey_id: int) -> ResponseReturnValue:
    if not services.passkeys.end(member_id=current_user.id, passkey_id=passkey_id, now=clock.now()):
        abort(404)
    flash(_("Cette clé n’ouvre plus rien."))
    return redirect(url_for(".passkeys"))
