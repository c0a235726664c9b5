"""Signing a half-day: on any phone, in three seconds, without a script."""

import secrets

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses.forms.presence import SignForm
from app.courses.queries import occasions, presence
from app.courses.queries.occasions import Occasion
from app.courses.rules import signing as rules
from app.courses.services import signing as services
from app.courses.views.door import looking_at
from app.members import queries as members
from app.web.typography import words

bp = Blueprint("signing", "app.courses", url_prefix="/courses/sign", template_folder="templates")

DEVICE = "worklab_device"  # marks a browser, so that two people on one phone are seen; kept as a fingerprint only
DEVICE_SECONDS = 180 * 86_400


@bp.route("/<int:session_id>", methods=["GET", "POST"])
def sign(session_id: int) -> ResponseReturnValue:
    form, device = SignForm(code=request.args.get("code", "")[:12]), _device()
    if form.validate_on_submit():
        try:
            services.sign(session_id=session_id, member_id=current_user.id, code=form.code.data, device=device, now=clock.now())
        except Refused as refused:
            if refused.codes != ["already_signed"]:
                form.refuse(refused)
        if form.refused is None:
            return _marked(make_response(redirect(url_for(".sign", session_id=session_id))), device)
    occasion = occasions.occasion(session_id) or abort(404)
    enrolment_id = occasions.enrolment_of(current_user.id, occasion.cohort_id)
    if enrolment_id is None:
        if looking_at(occasion.cohort_id).is_staff:
            return redirect(url_for("half_day.sheet", session_id=session_id))
        abort(404)
    if occasion.where == "distance":
        return redirect(url_for("distance.own", session_id=session_id))
    slot = presence.slot_of(session_id, enrolment_id, now=clock.now())
    if slot and slot.signed_at:
        return _signed(occasion, slot.signed_at, slot.signed_rank or 0, current_user.id)
    return _page(occasion, form, current_user.name, is_expected=slot is not None), form.status


@bp.route("/link/<token>", methods=["GET", "POST"])
def by_link(token: str) -> ResponseReturnValue:
    """One's own link, without an account at hand."""
    try:
        link, owner_id = services.by_link(token)
    except Refused as refused:
        return render_template("courses/presence/link_spent.html", refused=refused), 404
    occasion = occasions.occasion(link.session_id) or abort(404)
    owner, form, device = members.names([owner_id])[owner_id], SignForm(), _device()
    if form.validate_on_submit():
        here = current_user.id if current_user.is_authenticated else None
        try:
            signed = services.sign_by_link(token=token, code=form.code.data, device=device, member_id=here, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            return _marked(make_response(_signed(occasion, signed.at, signed.rank, owner_id)), device)
    return _page(occasion, form, owner, is_expected=True), form.status


def _page(occasion: Occasion, form: SignForm, name: str, *, is_expected: bool) -> str:
    now = clock.now()
    opens_at, closes_at = rules.window(occasion.starts_at, occasion.ends_at)
    reasons = list(rules.reasons_window(occasion.starts_at, occasion.ends_at, cancelled=occasion.is_cancelled, now=now, zone=occasion.zone))
    if not is_expected:
        reasons = [rules.NotYourSession()]
    return render_template(
        "courses/presence/sign.html",
        one=occasion,
        form=form,
        name=name,
        opens_at=opens_at,
        closes_at=closes_at,
        closed=Refused(*reasons) if reasons and form.refused is None else None,
    )


def _signed(occasion: Occasion, at: object, rank: int, member_id: int) -> str:
    following = occasions.next_of(member_id, after=occasion.starts_at)
    return render_template(
        "courses/presence/signed.html",
        one=occasion,
        at=at,
        evidence=occasions.evidence_of(occasion.cohort_id, rank),
        following=following,
        following_opens=rules.window(following.starts_at, following.ends_at).opens_at if following else None,
        today=clock.now().astimezone(occasion.zone).date(),
        say=words(),
    )


def _device() -> str:
    return request.cookies.get(DEVICE, "")[:64] or secrets.token_urlsafe(18)


def _marked(answer: Response, device: str) -> Response:
    is_https = str(current_app.config["PUBLIC_URL"]).startswith("https:")
    answer.set_cookie(DEVICE, device, max_age=DEVICE_SECONDS, httponly=True, samesite="Lax", secure=is_https)
    return answer
