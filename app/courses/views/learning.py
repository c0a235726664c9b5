"""What one learns: work to hand in, quizzes, competences, and why each percentage is what it is."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses import gateways, queries, services
from app.courses.forms.learning import HandInForm, LevelForm, review_form
from app.courses.models import Assignment, Enrolment, Submission
from app.courses.queries import learning
from app.courses.rules.learning import ACQUIRED, LEVELS, is_repository
from app.courses.rules.quizzes import passes
from app.courses.views.door import bp
from app.courses.views.reviewing import read_verdicts
from app.place import queries as places
from app.web.forms import SelectChoice


def own_path() -> Enrolment:
    """The cohort that this person follows now, or followed last."""
    paths = queries.enrolments_of(current_user.id)
    return paths[0] if paths else abort(404)


@bp.get("/progress")
def progress() -> ResponseReturnValue:
    """Why each percentage: what is counted, of what."""
    path, now = own_path(), clock.now()
    return render_template(
        "courses/learning/progress.html",
        path=path,
        progress=learning.progress(path, now=now),
        works=learning.works(path),
        quizzes=learning.quizzes(path),
        seen=learning.skills(path),
        levels=LEVELS,
        acquired=ACQUIRED,
        day=now.astimezone(places.current().tz).date(),
    )


@bp.get("/work")
def work() -> ResponseReturnValue:
    path = own_path()
    return render_template("courses/learning/work.html", works=learning.works(path), quizzes=learning.quizzes(path), place=places.current())


@bp.route("/work/<int:assignment_id>", methods=["GET", "POST"])
def assignment(assignment_id: int) -> ResponseReturnValue:
    """What is asked, one's versions and what was said of them; a new version. A dead address is told before it is sent."""
    path = own_path()
    asked = _asked(assignment_id, path)
    form, is_dead = HandInForm(), False
    if form.validate_on_submit():
        is_dead = is_repository(form.url.data) and not form.despite.data and not gateways.answers(form.url.data)
        if not is_dead:
            try:
                services.hand_in(
                    asked.id,
                    enrolment_id=path.id,
                    url=form.url.data,
                    commit=form.commit.data.lower(),
                    note=form.note.data,
                    now=clock.now(),
                )
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("C’est rendu. Ce que vous pousserez ensuite ne changera rien à cette version."))
                return redirect(url_for(".assignment", assignment_id=asked.id))
    found = next(one for one in learning.works(path) if one.assignment.id == asked.id)
    return render_template(
        "courses/learning/assignment.html",
        asked=asked,
        work=found,
        form=form,
        is_dead=is_dead,
        place=places.current(),
        others=_others(asked, path) if asked.peers else [],
    ), 422 if is_dead else form.status


@bp.route("/work/versions/<int:submission_id>/peer", methods=["GET", "POST"])
def peer(submission_id: int) -> ResponseReturnValue:
    """A peer's eye on somebody's work, where the assignment allows it."""
    path, found = own_path(), learning.submission(submission_id) or abort(404)
    asked = _asked(found.assignment_id, path)
    if not asked.peers or found.enrolment_id == path.id:
        abort(404)
    form = review_form(asked.criteria)()
    if form.validate_on_submit():
        services.review(
            found.id,
            verdicts=read_verdicts(form, asked),
            comment=form.comment.data,
            reviewer_id=current_user.id,
            by_peer=True,
            now=clock.now(),
        )
        flash(_("Merci. Votre relecture est arrivée."))
        return redirect(url_for(".assignment", assignment_id=asked.id))
    back = url_for(".assignment", assignment_id=asked.id)
    return render_template("courses/learning/review.html", form=form, asked=asked, submission=found, back=back, versions=[]), form.status


@bp.route("/skills", methods=["GET", "POST"])
def skills() -> ResponseReturnValue:
    """The competences, as the team and oneself see them, side by side."""
    path = own_path()
    seen = learning.skills(path)
    form = LevelForm()
    form.competence_id.choices = [SelectChoice(one.competence.id, f"{one.competence.code}, {one.competence.title}") for one in seen]
    form.level.choices = [SelectChoice(number, f"{number} · {_(word)}") for number, word in enumerate(LEVELS)]
    if form.validate_on_submit():
        services.assess(
            path.id,
            competence_id=form.competence_id.data,
            level=form.level.data,
            by_self=True,
            evidence=form.evidence.data,
            assessor_id=current_user.id,
            now=clock.now(),
        )
        flash(_("C’est noté. L’équipe le verra à côté de ce qu’elle en dit."))
        return redirect(url_for(".skills"))
    return render_template(
        "courses/learning/skills.html",
        path=path,
        seen=seen,
        blocks=learning.blocks(seen),
        tests=learning.tests(path.id),
        levels=LEVELS,
        form=form,
    ), form.status


@bp.route("/quizzes/<code>", methods=["GET", "POST"])
def quiz(code: str) -> ResponseReturnValue:
    """The quiz of a sequence; then what was right, and why. The best attempt is kept."""
    path = own_path()
    asked = next((one for one in learning.quizzes(path) if one.quiz.code == code), None) or abort(404)
    answers, score = asked.quiz.answers(request.form), None
    if request.method == "POST":
        try:
            score = services.try_sequence_quiz(path.id, quiz=code, answers=answers, now=clock.now()).score
        except Refused:
            abort(404)
    threshold = queries.programme_of(path.cohort).threshold
    return render_template(
        "courses/learning/quiz.html",
        quiz=asked.quiz,
        title=asked.title,
        score=score,
        answers=answers,
        passes=score is not None and passes(score, len(asked.quiz.questions), threshold=threshold),
        best=learning.best_tries([path.id]).get(path.id, {}).get(code),
        threshold=threshold,
    )


def _asked(assignment_id: int, path: Enrolment) -> Assignment:
    found = learning.assignment(assignment_id)
    return found if found is not None and found.cohort_id == path.cohort_id else abort(404)


def _others(asked: Assignment, path: Enrolment) -> list[learning.Version]:
    """The others' last versions, to be read again by a peer."""
    last: dict[int, learning.Version] = {}
    for version in learning.versions(Submission.assignment_id == asked.id, Submission.enrolment_id != path.id):
        last.setdefault(version.submission.enrolment_id, version)
    return list(last.values())
