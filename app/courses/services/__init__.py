"""Gestures of the course."""

from app.courses.services.admission import apply, decide, enrol_applicant, meet, withdraw_application
from app.courses.services.cohorts import change_cohort, close_cohort, open_cohort, set_closures, set_trainers, start_cohort
from app.courses.services.enrolments import EXIT_REASONS, Funder, enrol, exempt, fund, leave, resume, situate, withdraw
from app.courses.services.learning import ask_work, assess, hand_in, record_test, review, try_sequence_quiz
from app.courses.services.open_courses import attest, follow, load_open_course, mark_read, try_quiz
from app.courses.services.pouring import Preview, pour_timetable, preview_pouring, unpour
from app.courses.services.programmes import Loaded, change_sequence, copy_version, freeze, load_programme, remove_sequence
from app.courses.services.sessions import add_session, cancel_session, give_session, move_session, note_session, swap_sessions
from app.courses.services.words import answer_interview, note_interview, write_journal, write_note

__all__ = [
    "EXIT_REASONS",
    "Funder",
    "Loaded",
    "Preview",
    "add_session",
    "answer_interview",
    "apply",
    "ask_work",
    "assess",
    "attest",
    "cancel_session",
    "change_cohort",
    "change_sequence",
    "close_cohort",
    "copy_version",
    "decide",
    "enrol",
    "enrol_applicant",
    "exempt",
    "follow",
    "freeze",
    "fund",
    "give_session",
    "hand_in",
    "leave",
    "load_open_course",
    "load_programme",
    "mark_read",
    "meet",
    "move_session",
    "note_interview",
    "note_session",
    "open_cohort",
    "pour_timetable",
    "preview_pouring",
    "record_test",
    "remove_sequence",
    "resume",
    "review",
    "set_closures",
    "set_trainers",
    "situate",
    "start_cohort",
    "swap_sessions",
    "try_quiz",
    "try_sequence_quiz",
    "unpour",
    "withdraw",
    "withdraw_application",
    "write_journal",
    "write_note",
]
