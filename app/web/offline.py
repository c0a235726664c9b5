"""Reading without a network: the installable manifest, and the worker that keeps « Ma semaine » on the device.

A page is kept on the device only when its view says so with `keep`. The worker asks the network first, and forgets every
kept page when somebody enters or leaves.
"""

import hashlib
from typing import Any

from flask import Response, current_app, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.web.assets import static_url
from app.web.registry import Identity

HEADER = "X-Offline"


def keep(answer: ResponseReturnValue) -> Response:
    """Let the person's device keep this page, to read it where there is no network."""
    response = make_response(answer)
    response.headers[HEADER] = "keep"
    return response


def manifest(lieu: Identity, *, language: str) -> dict[str, Any]:
    """What a phone needs to put the lieu among its applications."""
    return {
        "id": "/",
        "name": lieu.name,
        "short_name": lieu.short_name or lieu.name,
        "lang": language,
        "start_url": "/me",
        "display": "standalone",
        "background_color": "#fbf9f4",
        "theme_color": "#fbf9f4",
        "icons": [
            {"src": static_url("icon.svg"), "type": "image/svg+xml", "sizes": "any"},
            *(
                {"src": static_url(f"icon-{size}.png"), "type": "image/png", "sizes": f"{size}x{size}", "purpose": purpose}
                for size in (192, 512)
                for purpose in ("any", "maskable")
            ),
        ],
    }


def service_worker() -> str:
    """The worker's source; its version is the fingerprint of all that it holds, so a new look replaces the old one."""
    template = current_app.jinja_env.get_template("web/sw.js")
    given = {
        "css": static_url("worklab.css"),
        "icon": static_url("icon.svg"),
        "header": HEADER,
        "banner": _("Vous êtes hors ligne\u00a0: voici cette page telle que vous l’aviez vue."),
    }
    version = hashlib.sha256(template.render(version="", **given).encode()).hexdigest()[:10]
    return template.render(version=version, **given)
