"""What went wrong, said calmly, with what to do; and a way out for what does not speak HTML."""

from collections.abc import Callable
from typing import NamedTuple

import structlog
from flask import Flask, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from werkzeug.exceptions import HTTPException, SecurityError, ServiceUnavailable

from app.core.db import HouseIsReadOnly
from app.core.refusals import Refused
from app.web import csrf, i18n, security

RETRY_AFTER = 10  # seconds: a lock rarely lasts longer
READ_ONLY_RETRY_AFTER = 3600  # someone has to look first

Renderer = Callable[[HTTPException], ResponseReturnValue]


class Told(NamedTuple):
    title: str
    sentence: str


PAGES = {
    400: Told(_l("Cette demande n’est pas complète"), _l("Quelque chose s’est perdu en route. Revenez en arrière et recommencez.")),
    401: Told(_l("Entrez d’abord"), _l("Cette page est pour les personnes connues du lieu. Entrez, puis revenez-y.")),
    403: Told(_l("Cette page n’est pas pour vous"), _l("Si vous pensez qu’elle devrait l’être, demandez à l’équipe du lieu.")),
    404: Told(_l("Il n’y a rien à cette adresse"), _l("Elle a peut-être changé, ou ce que vous cherchez n’existe plus.")),
    405: Told(_l("Cette adresse ne s’ouvre pas ainsi"), _l("Revenez à la page précédente et passez par son bouton.")),
    409: Told(_l("Quelqu’un est passé juste avant"), _l("Rien n’a été changé. Revenez en arrière pour voir ce qui est libre.")),
    410: Told(_l("Cette page n’existe plus"), _l("Le lien a servi ou a expiré. Demandez-en un autre.")),
    413: Told(_l("C’est trop lourd"), _l("Rien n’a été reçu. Envoyez un fichier plus léger.")),
    414: Told(_l("Cette adresse est trop longue"), _l("Revenez à l’accueil et recommencez.")),
    415: Told(_l("Ce genre de fichier n’est pas reçu ici"), _l("Rien n’a été gardé. Essayez avec un autre format.")),
    422: Told(_l("Quelque chose ne convient pas"), _l("Rien n’a été changé. Revenez en arrière et vérifiez ce que vous avez écrit.")),
    429: Told(_l("Un instant, s’il vous plaît"), _l("Il y a eu beaucoup de demandes en peu de temps. Attendez un peu, puis recommencez.")),
    500: Told(
        _l("Nous avons cassé quelque chose"),
        _l("Ce n’est pas votre faute, et rien n’a été fait à moitié. La panne est notée. Recommencez dans un moment\u00a0; si elle revient, dites-le à l’équipe du lieu."),
    ),
    503: Told(
        _l("Le lieu reprend son souffle"),
        _l("Votre demande n’a pas été enregistrée. Attendez quelques secondes, puis recommencez."),
    ),
}  # fmt: skip

READ_ONLY = Told(
    _l("Le lieu se lit, mais ne s’écrit pas pour l’instant"),
    _l("Un contrôle a trouvé une anomalie dans ses données\u00a0: rien n’est enregistré avant qu’une personne de l’équipe n’ait regardé. Les pages se consultent comme d’habitude."),
)  # fmt: skip

_BARE = {500, 503}  # drawn without asking anything of the rooms or the database

_AWAY = (OperationalError, NoConnectionLeft)

_log = structlog.get_logger(__name__)


def install(app: Flask) -> None:
    app.extensions["web_speakers"] = {}
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(csrf.CSRFError, show_stale)
    app.register_error_handler(Refused, show_refused)
    app.register_error_handler(OperationalError, show_unavailable)
    app.register_error_handler(NoConnectionLeft, show_unavailable)
    app.register_error_handler(HouseIsReadOnly, show_read_only)


def speak_for(app: Flask, prefix: str, render: Renderer) -> None:
    """Let a room answer in its own way for the errors under `prefix`: the API speaks problem+json."""
    app.extensions["web_speakers"][prefix] = render


def show(error: HTTPException) -> ResponseReturnValue:
    """The page of an error, with the headers it needs (`Allow`, `Retry-After`…)."""
    if error.response is not None:
        return error.response
    trouble = getattr(error, "original_exception", None)
    if isinstance(trouble, _AWAY) and is_passing(trouble):  # met while drawing the page of another error
        error = _unavailable(trouble)
    speaker = _speaker()
    return speaker(error) if speaker else _page(error)


def show_stale(error: csrf.CSRFError) -> ResponseReturnValue:
    """The token is stale: the same form, with what was typed, ready to be sent again."""
    if speaker := _speaker():
        return speaker(error)
    if not csrf.came_from_us():
        return render_template("web/foreign_form.html"), 400
    here = request.full_path.rstrip("?")
    return render_template("web/stale_form.html", here=here, kept=csrf.kept_values()), 400


def show_refused(refused: Refused) -> ResponseReturnValue:
    """A refusal that its page has no place for (a button pressed on a page that time has passed by): all its reasons, and the way back."""
    if _speaker():
        raise refused
    return render_template("web/refused.html", refused=refused, back=security.page_before()), refused.status


def show_unavailable(error: OperationalError | NoConnectionLeft) -> ResponseReturnValue:
    """The database is locked, full or away: nothing was acknowledged, and trying again is the remedy."""
    if not is_passing(error):
        raise error
    return show(_unavailable(error))


class ReadOnly(ServiceUnavailable):
    """A 503 that waiting does not cure."""

    told = READ_ONLY

    def __init__(self) -> None:
        super().__init__(READ_ONLY.sentence, retry_after=READ_ONLY_RETRY_AFTER)


def show_read_only(_error: HouseIsReadOnly) -> ResponseReturnValue:
    """The nightly check found the data damaged: nothing was acknowledged, reading goes on."""
    return show(ReadOnly())


def is_passing(error: OperationalError | NoConnectionLeft) -> bool:
    """Whether waiting may help. « No such table » is a mistake of ours, not a passing trouble."""
    if isinstance(error, NoConnectionLeft):
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state[:2] in _PASSING_CLASSES or state in _PASSING_STATES
    text = str(error.orig).lower()
    return error.connection_invalidated or any(words in text for words in _PASSING_WORDS)


# PostgreSQL: connection, resources (disk full), operator (shutdown), system; then lock not available, deadlock.
_PASSING_CLASSES = {"08", "53", "57", "58"}
_PASSING_STATES = {"55P03", "40P01", "40001", "25006"}
# SQLite, and psycopg when it never reached the server (no state then).
_PASSING_WORDS = (
    "locked", "busy", "disk is full", "disk i/o", "readonly database", "unable to open", "connection", "timeout", "timed out", "server closed",
)  # fmt: skip


def _unavailable(error: OperationalError | NoConnectionLeft) -> ServiceUnavailable:
    _log.error("database_unavailable", error=str(getattr(error, "orig", error)))
    return ServiceUnavailable(retry_after=RETRY_AFTER)


def _speaker() -> Renderer | None:
    speakers: dict[str, Renderer] = current_app.extensions["web_speakers"]
    return next((render for prefix, render in speakers.items() if request.path.startswith(prefix)), None)


def _page(error: HTTPException) -> Response:
    code = error.code or 500
    told = error.told if isinstance(error, ReadOnly) else PAGES.get(code) or PAGES[500 if code >= 500 else 400]
    is_bare = code in _BARE or isinstance(error, SecurityError)
    body = _bare(told) if is_bare else render_template("web/error.html", told=told, code=code)
    response = make_response(body, code)
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if value := dict(error.get_headers()).get(name):
            response.headers[name] = value
    return response


def _bare(told: Told) -> str:
    """Without the context of a page: no person, no lieu, no session, so nothing here can fail a second time."""
    language = i18n.asked_language()
    with force_locale(language):
        return current_app.jinja_env.get_template("web/bare.html").render(told=told, language=language, back=_("Revenir à l’accueil"))
