"""Headers, hosts and return addresses: what every answer carries, and which questions are ours."""

from urllib.parse import SplitResult, urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

_CHECKOUT = "https://checkout.stripe.com"

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def install(app: Flask) -> None:
    """Trust as many proxies as we are told (the settings say which names are ours); send the headers."""
    if proxies := int(app.config.get("TRUSTED_PROXIES") or 0):
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies, x_prefix=0
        )
    app.after_request(_protect)


def content_policy(**more: str) -> str:
    """Nothing but our own files, nothing inline; `form_action="https://…"` adds a source for one answer."""
    sources = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": f"'self' {_checkout()}".strip(),
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    for name, added in more.items():
        directive = name.replace("_", "-")
        sources[directive] = f"{sources.get(directive, '')} {added}".strip()
    return "; ".join(f"{directive} {allowed}" for directive, allowed in sources.items())


def safe_next(url: str | None, default: str = "/") -> str:
    """Where to go back to: `url` when it is a path of ours, written plainly; else `default`.

    Browsers drop tabs and line ends and read `\\` as `/`, so `/\\t/evil` and `/\\evil` lead elsewhere: nothing but printable
    ASCII is followed.
    """
    if not url or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return default
    if not url.startswith("/") or url.startswith("//"):
        return default
    try:
        parts = urlsplit(url)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else url


def page_before() -> str | None:
    """The page of ours that this gesture was made on, when the browser says it."""
    page = address_of(request.referrer)
    here = f"{page.path}?{page.query}" if page.query else page.path
    return safe_next(here) if here and page.netloc == request.host else None


def address_of(url: str | None) -> SplitResult:
    """An address that a browser says, in its parts; all are empty when it is none (`http://[`)."""
    try:
        return urlsplit(url or "")
    except ValueError:
        return urlsplit("")


def _checkout() -> str:
    """A form may lead to Stripe's page where cards are taken; in tests, to the one that stands for it."""
    if not current_app.config.get("STRIPE_SECRET_KEY"):
        return ""
    stand_in = urlsplit(current_app.config.get("STRIPE_API_BASE") or "")
    return f"{_CHECKOUT} {stand_in.scheme}://{stand_in.netloc}" if stand_in.netloc else _CHECKOUT


def _protect(response: Response) -> Response:
    """A 304 goes bare: the browser keeps the headers of the page it already has."""
    if response.status_code == 304:
        return response
    said = {name.lower() for name, _value in response.headers}
    for name, value in _HEADERS.items():
        if name.lower() not in said:
            response.headers.add(name, value)
    if "content-security-policy" not in said:
        response.headers.add("Content-Security-Policy", content_policy())
    if request.is_secure and "strict-transport-security" not in said:
        response.headers.add("Strict-Transport-Security", "max-age=31536000")
    return response
