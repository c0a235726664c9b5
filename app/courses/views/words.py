"""What is said: one's journal and who reads it, what others share with one, interviews."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.period import monday_of
from app.core.refusals import Refused
from app.courses import services
from app.courses.forms.words import KINDS, AnswerForm, InterviewNoteForm, JournalForm
from app.courses.queries import words
from app.courses.views.door import bp, manage_bp
from app.courses.views.learning import own_path
from app.courses.views.reviewing import graded_enrolment
from app.place import queries as places
from app.web.forms import SelectChoice


@bp.route("/journal", methods=["GET", "POST"])
def journal() -> ResponseReturnValue:
    """A week in one's own words; one chooses who reads it."""
    path, today = own_path(), clock.today(places.current().tz)
    monday = monday_of(today)
    pages = words.own_pages(path.id)
    named = words.readers_named([page.id for page in pages])
    this_week = next((page for page in pages if page.week == monday), None)
    said = {"text": this_week.text, "readers": this_week.readers, "also": list(named.get(this_week.id, {}))} if this_week else {}
    form = JournalForm(data={"readers": "self"} | said)
    form.also.choices = [SelectChoice(number, name) for number, name in words.companions(path).items()]
    if form.validate_on_submit():
        try:
            services.write_journal(
                path.id, week=monday, text=form.text.data, readers=form.readers.data, also=form.also.data or (), now=clock.now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Votre semaine est écrite."))
            return redirect(url_for(".journal"))
    return render_template(
        "courses/learning/journal.html",
        form=form,
        pages=[page for page in pages if page.week != monday],
        named={page_id: list(who.values()) for page_id, who in named.items()},
        monday=monday,
    ), form.status


@bp.get("/journals")
def journals() -> ResponseReturnValue:
    """What others share with one, the last week first."""
    return render_template("courses/learning/journals.html", pages=words.pages_shared_with(current_user))


@bp.get("/interviews")
def interviews() -> ResponseReturnValue:
    """What was said and decided in one's interviews."""
    return render_template(
        "courses/learning/interviews.html", interviews=words.interviews(own_path().id), kinds=_kinds(), place=places.current()
    )


@bp.route("/interviews/<int:interview_id>/answer", methods=["GET", "POST"])
def answer_interview(interview_id: int) -> ResponseReturnValue:
    """One's own words on an interview."""
    row = words.interview(interview_id)
    if row is None or row.enrolment.member_id != current_user.id:
        abort(404)
    form = AnswerForm(data={"text": row.answer})
    if form.validate_on_submit():
        services.answer_interview(row.id, text=form.text.data, member_id=current_user.id, now=clock.now())
        flash(_("Votre mot est ajouté ; l’équipe le lira."))
        return redirect(url_for(".interviews"))
    return render_template("courses/learning/answer.html", one=row, kinds=_kinds(), form=form), form.status


@manage_bp.route("/enrolments/<int:enrolment_id>/interviews", methods=["GET", "POST"])
def note_interview(enrolment_id: int) -> ResponseReturnValue:
    """Those held with a trainee; noting one more."""
    row, place = graded_enrolment(enrolment_id), places.current()
    form = InterviewNoteForm(data={"held_on": clock.today(place.tz), "kind": "follow_up"})
    if form.validate_on_submit():
        services.note_interview(
            row.id,
            kind=form.kind.data,
            held_on=form.held_on.data,
            said=form.said.data,
            decided=form.decided.data,
            held_by_id=current_user.id,
            now=clock.now(),
        )
        flash(_("L’entretien est noté ; %(name)s peut le lire et y répondre.", name=row.name))
        return redirect(url_for(".note_interview", enrolment_id=row.id))
    return render_template(
        "courses/manage/interviews.html",
        enrolment=row,
        cohort=row.cohort,
        interviews=words.interviews(row.id),
        kinds=_kinds(),
        form=form,
        place=place,
    ), form.status


def _kinds() -> dict[str, str]:
    return {choice.value: str(choice.label) for choice in KINDS}
