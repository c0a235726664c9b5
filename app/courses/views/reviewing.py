"""The team's eye on a cohort: its board, work asked and reviewed, levels, tests, notes."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.period import at
from app.core.refusals import Refused
from app.courses import queries, services
from app.courses.forms.learning import LevelForm, ReviewForm, StaffNoteForm, TestForm, WorkForm, review_form
from app.courses.models import Assignment, Cohort, Enrolment, Submission
from app.courses.queries import alerts, learning, words
from app.courses.rules.learning import LEVELS, Verdict
from app.courses.views import said
from app.courses.views.door import looking_at, taught
from app.courses.views.door import manage_bp as bp
from app.place import queries as places
from app.web.forms import SelectChoice


def graded(cohort_id: int) -> Cohort:
    """A cohort for who teaches or heads it: grades are theirs to see, and the manager's only as sums."""
    cohort = taught(cohort_id)
    return cohort if looking_at(cohort_id).sees("grades", member_id=0) else abort(404)


def graded_enrolment(enrolment_id: int) -> Enrolment:
    row = queries.enrolment(enrolment_id, places.current().id) or abort(404)
    graded(row.cohort_id)
    return row


def read_verdicts(form: ReviewForm, asked: Assignment) -> list[Verdict]:
    return [
        Verdict(criterion, form[f"verdict_{number}"].data == "yes", form[f"word_{number}"].data)
        for number, criterion in enumerate(asked.criteria)
    ]


@bp.get("/cohorts/<int:cohort_id>/board")
def board(cohort_id: int) -> ResponseReturnValue:
    """Twelve people on one screen: hours, work, the eight competences; for the manager, how many at each level."""
    cohort = taught(cohort_id)
    looking = looking_at(cohort_id)
    wanted, rows = learning.board(cohort, looking, now=clock.now())
    sees_each, sees_all_hours = looking.sees("grades", member_id=0), looking.is_head or looking.is_manager
    return render_template(
        "courses/manage/board.html",
        cohort=cohort,
        place=places.current(),
        wanted=wanted,
        rows=rows,
        levels=LEVELS,
        sees_each=sees_each,
        sees_all_hours=sees_all_hours,
        alerts=said.alerts(alerts.given_to([row.enrolment_id for row in rows])) if sees_all_hours else [],
        quizzes=len(queries.programme_of(cohort).quizzes),
        sums=[[sum(row.levels[number] == level for row in rows) for level in range(5)] for number in range(len(wanted))],
        waiting=learning.to_review(cohort.id) if sees_each else [],
        assignments=learning.assignments(cohort.id),
    )


@bp.route("/cohorts/<int:cohort_id>/work/new", methods=["GET", "POST"])
def ask_work(cohort_id: int) -> ResponseReturnValue:
    cohort, place, form = graded(cohort_id), places.current(), WorkForm()
    if form.validate_on_submit():
        hour = form.due_hour.data
        try:
            services.ask_work(
                cohort.id,
                title=form.title.data,
                brief=form.brief.data,
                criteria=[line.strip() for line in form.criteria.data.splitlines() if line.strip()][:20],
                due_at=at(form.due_day.data, hour.hour * 60 + hour.minute, place.tz),
                peers=form.peers.data,
                actor_id=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("Le travail est demandé."))
            return redirect(url_for(".board", cohort_id=cohort.id))
    return render_template("courses/manage/work_form.html", form=form, cohort=cohort), form.status


@bp.route("/submissions/<int:submission_id>", methods=["GET", "POST"])
def review(submission_id: int) -> ResponseReturnValue:
    """A version read against its criteria; the earlier ones and what was said of them below."""
    found = learning.submission(submission_id) or abort(404)
    graded_enrolment(found.enrolment_id)
    asked = learning.assignment(found.assignment_id)
    assert asked is not None
    form = review_form(asked.criteria)()
    if form.validate_on_submit():
        try:
            services.review(
                found.id,
                verdicts=read_verdicts(form, asked),
                comment=form.comment.data,
                reviewer_id=current_user.id,
                by_peer=False,
                now=clock.now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("La revue est écrite."))
            return redirect(url_for(".board", cohort_id=asked.cohort_id))
    return render_template(
        "courses/learning/review.html",
        form=form,
        asked=asked,
        submission=found,
        back=url_for(".board", cohort_id=asked.cohort_id),
        versions=learning.versions(Submission.assignment_id == asked.id, Submission.enrolment_id == found.enrolment_id),
    ), form.status


@bp.get("/enrolments/<int:enrolment_id>/skills")
def skills(enrolment_id: int) -> ResponseReturnValue:
    return _skills(graded_enrolment(enrolment_id))


def _skills(
    row: Enrolment, *, level: LevelForm | None = None, test: TestForm | None = None, note: StaffNoteForm | None = None
) -> ResponseReturnValue:
    seen = learning.skills(row)
    blocks = learning.blocks(seen)
    level, test, note = level or _level_form(row), test or _test_form(row), note or StaffNoteForm(formdata=None)
    is_head = looking_at(row.cohort_id).is_head
    page = render_template(
        "courses/manage/skills.html",
        enrolment=row,
        cohort=row.cohort,
        seen=seen,
        blocks=blocks,
        tests=learning.tests(row.id),
        quizzes=learning.quizzes(row),
        works=learning.works(row),
        levels=LEVELS,
        level=level,
        test=test,
        note=note,
        pages=words.pages_shared_with(current_user, of=row.id),
        notes=words.staff_notes(row.id, author_id=None if is_head else current_user.id),
        place=places.current(),
    )
    return page, max(form.status for form in (level, test, note))


@bp.post("/enrolments/<int:enrolment_id>/level")
def assess(enrolment_id: int) -> ResponseReturnValue:
    row = graded_enrolment(enrolment_id)
    form = _level_form(row, LevelForm())
    if not form.validate_on_submit():
        return _skills(row, level=form)
    services.assess(
        row.id,
        competence_id=form.competence_id.data,
        level=form.level.data,
        by_self=False,
        evidence=form.evidence.data,
        assessor_id=current_user.id,
        now=clock.now(),
    )
    flash(_("Le niveau est noté."))
    return redirect(url_for(".skills", enrolment_id=row.id))


@bp.post("/enrolments/<int:enrolment_id>/test")
def record_test(enrolment_id: int) -> ResponseReturnValue:
    row = graded_enrolment(enrolment_id)
    form = _test_form(row, TestForm())
    if not form.validate_on_submit():
        return _skills(row, test=form)
    services.record_test(
        row.id,
        block_code=form.block_code.data,
        taken_on=form.taken_on.data,
        passed=form.passed.data == "yes",
        comment=form.comment.data,
        assessor_id=current_user.id,
        now=clock.now(),
    )
    flash(_("L’évaluation est notée."))
    return redirect(url_for(".skills", enrolment_id=row.id))


@bp.post("/enrolments/<int:enrolment_id>/note")
def write_note(enrolment_id: int) -> ResponseReturnValue:
    row, form = graded_enrolment(enrolment_id), StaffNoteForm()
    if not form.validate_on_submit():
        return _skills(row, note=form)
    services.write_note(row.id, text=form.text.data, author_id=current_user.id, now=clock.now())
    flash(_("La note est écrite, pour vous et la personne responsable."))
    return redirect(url_for(".skills", enrolment_id=row.id))


def _level_form(row: Enrolment, form: LevelForm | None = None) -> LevelForm:
    form = form or LevelForm(formdata=None)
    wanted = learning.competences(row.cohort.programme_version_id)
    form.competence_id.choices = [SelectChoice(one.id, f"{one.code}, {one.title}") for one in wanted]
    form.level.choices = [SelectChoice(number, f"{number} · {_(word)}") for number, word in enumerate(LEVELS)]
    return form


def _test_form(row: Enrolment, form: TestForm | None = None) -> TestForm:
    form = form or TestForm(formdata=None)
    form.block_code.choices = [SelectChoice(block.code, block.title) for block in learning.blocks(learning.skills(row))]
    return form
