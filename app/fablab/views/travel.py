"""Rights that travel: a member takes theirs away; another lieu reads the file and accepts them, or not."""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping

from flask import abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.forms import ReadRightsForm, TrustForm
from app.fablab.rules import check_code, clearance_numbered, fingerprint
from app.fablab.rules.travel import MOST_BYTES
from app.fablab.views.door import bp
from app.fablab.views.proving import is_same
from app.members import queries as members
from app.members.forms import people_to_choose
from app.members.models import Member
from app.members.views import needs
from app.place import queries as place_queries
from app.web.downloads import taken_away


@bp.post("/clearances/mine.json")
def take_rights() -> ResponseReturnValue:
    """One's clearances in a file that another lieu can check."""
    try:
        made = services.take_rights(current_user._get_current_object(), place_queries.current(), now=clock.now())
    except Refused as refused:
        return render_template("portal/refused.html", refused=refused, back=url_for(".booklet")), refused.status
    return taken_away(made.encode(), name="habilitations.json", content_type="application/json")


@bp.get("/rights/<number>.json")
def right_state(number: str) -> ResponseReturnValue:
    """Whether a clearance given here still stands, for another lieu that was shown it: a number and its code, and never a name."""
    found = clearance_numbered(number[:20])
    if found is None or not is_same(request.args.get("code", "")[:40], check_code(current_app.config["SECRET_KEY"], found)):
        return jsonify(number=number[:20], state="unknown"), 404
    known = queries.public_check(found)
    if known is None:
        return jsonify(number=number[:20], state="unknown"), 404
    row, kind, place = known
    last = queries.last_day(row, kind, place.tz)
    state = "revoked" if row.revoked_on else "expired" if last is not None and last < clock.today(place.tz) else "valid"
    return jsonify(number=number, state=state, last_day=last.isoformat() if last else None)


@bp.route("/rights", methods=["GET", "POST"])
@needs("manage_members")
def lieux() -> ResponseReturnValue:
    """Our key, and the lieux that we trust."""
    place, form = place_queries.current(), TrustForm()
    if form.validate_on_submit():
        try:
            services.trust_lieu(
                place_id=place.id,
                name=form.name.data,
                url=form.url.data,
                public_key=form.public_key.data,
                actor_id=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Ce lieu est de confiance. Lisez-vous les premières lettres de sa clé au téléphone, pour être sûrs."))
            return redirect(url_for(".lieux"))
    page = render_template(
        "fablab/lieux.html",
        form=form,
        key=queries.lieu_key(place.id),
        lieux=[(one, fingerprint(one.public_key)) for one in queries.trusted_lieux(place.id)],
        fingerprint=fingerprint,
        place=place,
        address=current_app.config["PUBLIC_URL"],
    )
    return page, form.status


@bp.post("/rights/key")
@needs("manage_members")
def make_lieu_key() -> ResponseReturnValue:
    services.own_key(place_queries.current().id, now=clock.now())
    return redirect(url_for(".lieux"))


@bp.post("/rights/lieux/<int:lieu_id>/revocation")
@needs("manage_members")
def distrust_lieu(lieu_id: int) -> ResponseReturnValue:
    lieu = queries.trusted_lieu(lieu_id, place_id=place_queries.current().id) or abort(404)
    services.distrust_lieu(lieu, actor_id=current_user.id, now=clock.now())
    flash(_("Ce qu’il signe n’est plus reconnu. Ce qui l’a été reste : retirez-le à chaque personne s’il le faut."))
    return redirect(url_for(".lieux"))


@bp.route("/rights/read", methods=["GET", "POST"])
@needs("manage_members")
def read_rights() -> ResponseReturnValue:
    """A file that somebody brings: what it says, what is against it, and what it would become here."""
    form = ReadRightsForm()
    form.member_id.choices = people_to_choose()
    if form.validate_on_submit():
        content = form.file.data.stream.read(MOST_BYTES + 1)
        try:
            return _reading_page(content, db.session.get_one(Member, form.member_id.data), is_checked=False)
        except Refused as refused:
            form.refuse(refused)
    return render_template("fablab/read_rights.html", form=form), form.status


@bp.post("/rights/accepted")
@needs("manage_members")
def accept_rights() -> ResponseReturnValue:
    """All is verified again: the page in between is nobody's word."""
    place, now = place_queries.current(), clock.now()
    content, member = _sent_file(), members.member(_number(request.form.get("member_id", ""))) or abort(404)
    chosen = {name.removeprefix("right_"): _number(value) for name, value in request.form.items() if name.startswith("right_") and value}
    is_checked = request.form.get("checked") == "1"
    if any(queries.clearance_type(kind_id, place_id=place.id) is None for kind_id in chosen.values()):
        abort(422)
    try:
        reading = services.read_rights(content, member=member, place=place, is_checked=is_checked, now=now)
        made = services.accept_rights(reading, chosen, member=member, place=place, actor_id=current_user.id, now=now)
    except Refused as refused:
        try:
            return _reading_page(content, member, is_checked=is_checked, refused=refused, chosen=chosen)
        except Refused as whole:
            form = ReadRightsForm()
            form.member_id.choices = people_to_choose()
            form.refuse(whole)
            return render_template("fablab/read_rights.html", form=form), form.status
    if not made:
        flash(_("Rien n’a été choisi."))
        return redirect(url_for(".read_rights"))
    flash(ngettext("%(num)d habilitation reconnue.", "%(num)d habilitations reconnues.", len(made)))
    return redirect(url_for(".booklet_of", member_id=member.id))


# ---------------------------------------------------------------- small things


def _reading_page(
    content: bytes, member: Member, *, is_checked: bool, refused: Refused | None = None, chosen: Mapping[str, int] | None = None
) -> ResponseReturnValue:
    place = place_queries.current()
    reading = services.read_rights(content, member=member, place=place, is_checked=is_checked, now=clock.now())
    kinds = queries.clearance_types(place.id)
    same = {kind.name.casefold(): kind.id for kind in kinds}
    lines = []
    for right, against in reading.lines:
        final = [reason for reason in against if reason.hard]
        pick = chosen.get(right.number) if chosen is not None else same.get(right.name.casefold())
        check = f"{reading.lieu.url}/verify/{right.number}?code={right.code}"
        lines.append((right, final, len(against) > len(final), pick, check))
    page = render_template(
        "fablab/rights_read.html",
        reading=reading,
        member=member,
        lines=lines,
        kinds=kinds,
        to_check=any(line[2] for line in lines) or is_checked,
        packed=b64encode(content).decode(),
        refused=refused,
    )
    return page, refused.status if refused is not None else 200


def _sent_file() -> bytes:
    packed = request.form.get("file", "")
    if len(packed) > 2 * MOST_BYTES or not re.fullmatch(r"[A-Za-z0-9+/]*=*", packed):
        abort(422)
    try:
        return b64decode(packed)
    except ValueError:
        abort(422)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
