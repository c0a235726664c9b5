"""Mon compte, a second factor: set it up with a telephone, keep the spare codes, give it up."""

from typing import Any

import segno
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from pyotp.utils import build_uri

from app.core import clock
from app.core.refusals import Refused
from app.members import queries, services
from app.members.forms import CodeForm, ProofForm
from app.members.views.account import place_refusal
from app.members.views.door import answer, bp
from app.place import queries as place_queries


@bp.route("/me/second", methods=["GET", "POST"])
def second_factor() -> ResponseReturnValue:
    """Where it stands: to begin or to give up, one proves who one is."""
    factor = queries.second_factor(current_user.id)
    is_asked = factor is not None and factor.confirmed_at is not None
    form = ProofForm()
    if current_user.password_hash is None:
        del form.current
    if form.validate_on_submit():
        gesture = services.second_factor.end if is_asked else services.second_factor.begin
        try:
            gesture(**_proof(form))
        except Refused as refused:
            place_refusal(form, refused, otherwise="current")
        else:
            if not is_asked:
                return redirect(url_for(".telephone"))
            flash(_("Votre mot de passe suffit de nouveau pour entrer."))
            return redirect(url_for(".second_factor"))
    left = queries.spare_codes_left(current_user.id)
    return answer(
        "members/second_factor.html", form, since=factor.confirmed_at if factor else None, left=left, zone=place_queries.current().tz
    )


@bp.route("/me/second/telephone", methods=["GET", "POST"])
def telephone() -> ResponseReturnValue:
    """The secret, to be read by the telephone; its first code turns the factor on, and this answer tells the spare codes."""
    factor = queries.second_factor(current_user.id)
    if factor is None or factor.confirmed_at is not None:
        return redirect(url_for(".second_factor"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            spare = services.second_factor.confirm(
                member_id=current_user.id, code=form.code.data, address=request.remote_addr or "", now=clock.now()
            )
        except Refused as refused:
            form.tell_beside("code", refused)
        else:
            return render_template("members/spare_codes.html", codes=spare)
    secret = services.second_factor.shared_secret(factor)
    uri = build_uri(secret, current_user.email, issuer=place_queries.current().name)
    drawn = segno.make(uri, micro=False).svg_inline(border=2, svgclass="qr", lineclass=None, omitsize=True, light="#fff", dark="#000")
    grouped = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return answer("members/telephone.html", form, drawing=Markup(drawn), secret=grouped, uri=uri)  # noqa: S704 — segno's own drawing


def _proof(form: ProofForm) -> dict[str, Any]:
    return {
        "member_id": current_user.id,
        "visit": current_user.web_session,
        "password": form.current.data if "current" in form else "",
        "address": request.remote_addr or "",
        "now": clock.now(),
    }
