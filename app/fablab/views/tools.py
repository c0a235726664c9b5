"""Tools that go home with somebody: the list, one's own, lending, taking back, what is late."""

from datetime import date

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.db import db
from app.core.refusals import Refused
from app.fablab import queries, services
from app.fablab.forms import ExtendForm, LendToolForm, TakeBackForm, ToolForm, sent_photo
from app.fablab.models import Tool, ToolLoan
from app.fablab.rules import may_extend
from app.fablab.views.door import bp
from app.members.forms import people_to_choose
from app.members.models import Member
from app.members.views import needs
from app.place import queries as place_queries
from app.web import typography


@bp.get("/tools")
def tools() -> ResponseReturnValue:
    """What is lent: free or out until when; who has it, for who looks after them."""
    return _list_page()


@bp.get("/tools/<int:tool_id>")
def tool(tool_id: int) -> ResponseReturnValue:
    return _tool_page(_found(tool_id), LendToolForm())


@bp.post("/tools/<int:tool_id>")
@needs("manage_machines")
def lend_tool(tool_id: int) -> ResponseReturnValue:
    """Put in somebody's hands."""
    row, form = _found(tool_id), LendToolForm()
    form.member_id.choices = people_to_choose()
    if form.validate_on_submit():
        person = db.session.get_one(Member, form.member_id.data)
        try:
            services.lend_tool(row, member=person, actor=current_user._get_current_object(), due_on=form.due_on.data, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté. %(name)s reçoit un courriel avec la date de retour.", name=person.name))
            return redirect(url_for(".tools"))
    return _tool_page(row, form)


@bp.post("/tools/<int:tool_id>/mine")
def take_tool(tool_id: int) -> ResponseReturnValue:
    """« Je le prends. »"""
    me = current_user._get_current_object()
    try:
        loan = services.lend_tool(_found(tool_id), member=me, actor=me, now=clock.now())
    except Refused as refused:
        return _list_page(refused)
    flash(_("Il est à vous jusqu’au %(day)s. Un rappel partira la veille.", day=typography.words().date_long(loan.due_on)))
    return redirect(url_for(".tools"))


@bp.post("/tools/loans/<int:loan_id>/return")
def return_tool(loan_id: int) -> ResponseReturnValue:
    """Back in good order, in one gesture: said by staff, or by who took it alone."""
    loan = _loan(loan_id)
    if not _is_staff() and not (loan.member_id == current_user.id and loan.tool.self_service):
        abort(404)
    try:
        services.take_back_tool(loan.id, outcome="good", actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _list_page(refused)
    flash(_("C’est noté : %(name)s est revenu.", name=loan.tool.name))
    return redirect(url_for(".tools"))


@bp.route("/tools/loans/<int:loan_id>", methods=["GET", "POST"])
@needs("manage_machines")
def take_back_tool(loan_id: int) -> ResponseReturnValue:
    """Back broken, or never."""
    loan, form = _loan(loan_id), TakeBackForm()
    if form.validate_on_submit():
        try:
            services.take_back_tool(loan.id, outcome=form.outcome.data, note=form.note.data, actor_id=current_user.id, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est noté."))
            return redirect(url_for(".tool", tool_id=loan.tool_id))
    return render_template("fablab/tool_back.html", form=form, loan=loan, place=place_queries.current()), form.status


@bp.route("/tools/loans/<int:loan_id>/extension", methods=["GET", "POST"])
def extend_loan(loan_id: int) -> ResponseReturnValue:
    """More days: a date for staff; once as many days again for who took it alone."""
    loan, me = _loan(loan_id), current_user._get_current_object()
    if not _is_staff():
        if loan.member_id != me.id:
            abort(404)
        return _extend_own(loan, me)
    today = _today()
    form = ExtendForm(data={"due_on": services.usual_due(loan.tool, place_queries.current(), max(loan.due_on, today))})
    if form.validate_on_submit():
        try:
            services.extend_loan(loan.id, actor=me, due_on=form.due_on.data, now=clock.now())
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Le prêt est prolongé."))
            return redirect(url_for(".tools"))
    return render_template("fablab/tool_extend.html", form=form, loan=loan), form.status


@bp.route("/tools/new", methods=["GET", "POST"])
@needs("manage_machines")
def new_tool() -> ResponseReturnValue:
    return _edit_page(None)


@bp.route("/tools/<int:tool_id>/settings", methods=["GET", "POST"])
@needs("manage_machines")
def edit_tool(tool_id: int) -> ResponseReturnValue:
    return _edit_page(_found(tool_id))


@bp.post("/tools/<int:tool_id>/state/<any(good, retired):state>")
@needs("manage_machines")
def set_tool_state(tool_id: int, state: str) -> ResponseReturnValue:
    """Repaired or found again; or out of the list."""
    row = _found(tool_id)
    try:
        services.set_tool_state(row, state, actor_id=current_user.id, now=clock.now())
    except Refused as refused:
        return _list_page(refused)
    flash(_("Il n’est plus dans la liste ; son histoire reste.") if state == "retired" else _("Il se prête de nouveau."))
    return redirect(url_for(".tools"))


# ---------------------------------------------------------------- small things


def _found(tool_id: int) -> Tool:
    return queries.tool(tool_id, place_id=place_queries.current().id) or abort(404)


def _loan(loan_id: int) -> ToolLoan:
    return queries.tool_loan(loan_id, place_id=place_queries.current().id) or abort(404)


def _today() -> date:
    return clock.today(place_queries.current().tz)


def _is_staff() -> bool:
    return bool(current_user.may("manage_machines"))


def _list_page(refused: Refused | None = None) -> ResponseReturnValue:
    place, today, is_staff = place_queries.current(), _today(), _is_staff()
    rows = queries.tools(place.id)
    own = [row for row in rows if row.loan is not None and row.loan.member_id == current_user.id]
    late = [row for row in rows if is_staff and row.loan is not None and row.loan.due_on < today]
    page = render_template(
        "fablab/tools.html",
        rows=rows,
        own=[(row.tool, row.loan, _may_extend(row.loan, today)) for row in own if row.loan is not None],
        late=sorted(late, key=lambda row: row.loan.due_on if row.loan else today),
        today=today,
        is_staff=is_staff,
        refused=refused,
    )
    return page, refused.status if refused is not None else 200


def _may_extend(loan: ToolLoan, today: date) -> bool:
    return may_extend(due_on=loan.due_on, extensions=loan.extensions, self_service=loan.tool.self_service, today=today)


def _extend_own(loan: ToolLoan, me: Member) -> ResponseReturnValue:
    try:
        services.extend_loan(loan.id, actor=me, now=clock.now())
    except Refused as refused:
        return _list_page(refused)
    flash(_("Il est à vous jusqu’au %(day)s.", day=typography.words().date_long(loan.due_on)))
    return redirect(url_for(".tools"))


def _tool_page(row: Tool, form: LendToolForm) -> ResponseReturnValue:
    place, today, is_staff = place_queries.current(), _today(), _is_staff()
    loans = queries.loans_of_tool(row.id)
    if is_staff and not form.is_submitted():
        form.member_id.choices = people_to_choose()
        form.due_on.data = services.usual_due(row, place, today)
    page = render_template(
        "fablab/tool.html",
        tool=row,
        out=next((one for one in loans if one.returned_at is None), None),
        loans=loans,
        form=form,
        place=place,
        today=today,
        lacks=queries.lacks_for(row, current_user.id, day=today, zone=place.tz),
        is_staff=is_staff,
    )
    return page, form.status


def _edit_page(row: Tool | None) -> ResponseReturnValue:
    place = place_queries.current()
    form = ToolForm(obj=row) if row is not None else ToolForm()
    form.offer(queries.clearance_types(place.id))
    if row is not None and row.clearance_type_id is None and not form.is_submitted():
        form.clearance_type_id.data = 0
    if form.validate_on_submit():
        photo = sent_photo(form)
        try:
            saved = services.save_tool(
                place_id=place.id,
                tool_id=row.id if row is not None else None,
                actor_id=current_user.id,
                now=clock.now(),
                photo=photo.stream if photo else None,
                **form.facts,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("C’est enregistré."))
            return redirect(url_for(".tool", tool_id=saved.id))
    return render_template("fablab/edit_tool.html", form=form, tool=row), form.status
