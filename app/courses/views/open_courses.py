"""Open courses: lessons and quizzes for everybody (without a network too); with an account, what one did is kept, and attested."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core import clock
from app.core.refusals import Refused
from app.courses import queries, services
from app.courses.models import OpenCourse, OpenEnrolment
from app.courses.rules.open_courses import Lesson, OpenOutline
from app.courses.rules.quizzes import Quiz
from app.place import queries as places
from app.web import compress, offline

bp = Blueprint("open_courses", "app.courses", url_prefix="/courses/open", template_folder="templates")


@bp.get("/")
def index() -> ResponseReturnValue:
    place = places.current()
    courses = [(one, queries.open_outline(one), _enrolment(one)) for one in queries.open_list(place.id)]
    return render_template(
        "courses/open/index.html",
        courses=[(one, outline, queries.open_followed(row) if row else None) for one, outline, row in courses],
    )


@bp.get("/<code>")
def course(code: str) -> ResponseReturnValue:
    """The table of contents, and where one stands in it."""
    found, outline, row = _found(code)
    return offline.keep(
        render_template(
            "courses/open/course.html",
            course=found,
            outline=outline,
            row=row,
            followed=queries.open_followed(row) if row else None,
            read=queries.lessons_read(row.id) if row else set(),
            best=queries.best_attempts(row.id) if row else {},
        )
    )


@bp.get("/<code>/all")
def whole(code: str) -> ResponseReturnValue:
    """Every lesson, a chapter at a time; opened once, all the chapters are read without a network."""
    found, outline, _row = _found(code)
    number = request.args.get("chapter", 1, type=int)
    if not 1 <= number <= len(outline.chapters):
        abort(404)
    page = render_template("courses/open/whole.html", course=found, outline=outline, number=number, shown=outline.chapters[number - 1])
    return offline.keep(compress.allow(page))


@bp.post("/<code>/enrolment")
def follow(code: str) -> ResponseReturnValue:
    found, outline, _row = _found(code)
    services.follow(found.id, member_id=current_user.id, now=clock.now())
    flash(_("Bienvenue. Allez à votre rythme : tout ce que vous faites est gardé."))
    return redirect(url_for(".lesson", code=found.code, lesson_code=outline.lessons[0].code))


@bp.get("/<code>/lessons/<lesson_code>")
def lesson(code: str, lesson_code: str) -> ResponseReturnValue:
    found, outline, row = _found(code)
    lessons = outline.lessons
    number = next((index for index, one in enumerate(lessons) if one.code == lesson_code), None)
    if number is None:
        abort(404)
    chapter = next(chapter for chapter in outline.chapters if lessons[number] in chapter.lessons)
    return offline.keep(
        render_template(
            "courses/open/lesson.html",
            course=found,
            lesson=lessons[number],
            chapter=chapter,
            row=row,
            is_read=row is not None and lesson_code in queries.lessons_read(row.id),
            earlier=lessons[number - 1] if number else None,
            later=_after(outline, lessons[number]),
        )
    )


@bp.post("/<code>/lessons/<lesson_code>/reading")
def mark_read(code: str, lesson_code: str) -> ResponseReturnValue:
    """Read; then to what follows: the next lesson, or the quiz of the chapter."""
    found, outline, row = _found(code)
    row = row or services.follow(found.id, member_id=current_user.id, now=clock.now())
    try:
        services.mark_read(row.id, lesson=lesson_code, now=clock.now())
    except Refused:
        abort(404)
    chapter = next(chapter for chapter in outline.chapters if lesson_code in {one.code for one in chapter.lessons})
    if chapter.quiz is not None and chapter.lessons[-1].code == lesson_code:
        return redirect(url_for(".quiz", code=found.code, quiz_code=chapter.quiz.code))
    later = _after(outline, next(one for one in outline.lessons if one.code == lesson_code))
    return redirect(url_for(".lesson", code=found.code, lesson_code=later.code) if later else url_for(".course", code=found.code))


@bp.get("/<code>/quizzes/<quiz_code>")
def quiz(code: str, quiz_code: str) -> ResponseReturnValue:
    """The questions; for a stranger who answers them, what was right and why, and nothing is kept."""
    found, outline, row = _found(code)
    asked = _quiz(outline, quiz_code)
    answers = asked.answers(request.args)
    is_answered = not current_user.is_authenticated and any(f"q{number}" in request.args for number in range(len(answers)))
    return _quiz_page(found, outline, row, asked, answers, score=asked.score(answers) if is_answered else None)


@bp.post("/<code>/quizzes/<quiz_code>")
def try_quiz(code: str, quiz_code: str) -> ResponseReturnValue:
    """An attempt: what was right, and why; the best one is kept."""
    found, outline, row = _found(code)
    asked = _quiz(outline, quiz_code)
    row = row or services.follow(found.id, member_id=current_user.id, now=clock.now())
    answers = asked.answers(request.form)
    attempt = services.try_quiz(row.id, quiz=asked.code, answers=answers, now=clock.now())
    return _quiz_page(found, outline, row, asked, answers, score=attempt.score)


@bp.route("/<code>/attestation", methods=["GET", "POST"])
def attestation(code: str) -> ResponseReturnValue:
    """Asked for once all is done; printed from then on, with the version that was followed."""
    found, _outline, row = _found(code)
    if row is None:
        abort(404)
    if request.method == "POST":
        try:
            services.attest(row.id, now=clock.now())
        except Refused:
            flash(_("Il reste des leçons à lire ou des quiz à réussir."), "warn")
            return redirect(url_for(".course", code=found.code))
        return redirect(url_for(".attestation", code=found.code))
    if row.attested_at is None:
        abort(404)
    return render_template("courses/open/attestation.html", course=found, row=row, place=places.current())


def _quiz_page(
    found: OpenCourse, outline: OpenOutline, row: OpenEnrolment | None, asked: Quiz, answers: list[int | None], *, score: int | None
) -> ResponseReturnValue:
    return render_template(
        "courses/open/quiz.html",
        course=found,
        quiz=asked,
        chapter=next(chapter for chapter in outline.chapters if chapter.quiz is asked),
        score=score,
        answers=answers,
        passes=score is not None and outline.passes(score, len(asked.questions)),
        best=queries.best_attempts(row.id).get(asked.code) if row else None,
        threshold=outline.threshold,
    )


def _found(code: str) -> tuple[OpenCourse, OpenOutline, OpenEnrolment | None]:
    found = queries.open_course(code, places.current().id) or abort(404)
    return found, queries.open_outline(found), _enrolment(found)


def _enrolment(course: OpenCourse) -> OpenEnrolment | None:
    return queries.open_enrolment(course.id, current_user.id) if current_user.is_authenticated else None


def _quiz(outline: OpenOutline, code: str) -> Quiz:
    return next((one for one in outline.quizzes if one.code == code), None) or abort(404)


def _after(outline: OpenOutline, one: Lesson) -> Lesson | None:
    lessons = outline.lessons
    number = lessons.index(one) + 1
    return lessons[number] if number < len(lessons) else None
