"""Puts the screens on the wire: one Dash app on Flask, strict headers, no request that leaves the house."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import flask
from dash import Dash

from dashboard import api, live
from dashboard.model import Answers, Loading, Loads, Site
from dashboard.pages import pages
from dashboard.room import Room
from dashboard.view import CHOICES
from dashboard.words import languages, words

ASSETS = Path(__file__).parents[1] / "assets"
YEAR_S = 31_536_000  # Dash puts the mtime into each asset's address
INDEX = """<!DOCTYPE html>
<html lang="{lang}" data-theme="{theme}" data-palette="{palette}" data-mantine-color-scheme="{theme}">
<head>{metas}<title>{title}</title>{favicon}{css}</head>
<body>{app_entry}<footer>{config}{scripts}{renderer}</footer></body>
</html>"""


class Monitor(Dash):
    """Dash with a page head in the reader's language and theme, right from the first paint."""

    room: Room

    def interpolate_index(self, *_: Any, **pieces: Any) -> str:
        """Return the HTML page; unknown values in the address fall back to the defaults."""
        look = self._look()
        return INDEX.format(**{**pieces, **look, "title": words(look["lang"])("shell.title")})

    def _look(self) -> dict[str, str]:
        default, asked = self.room.default(flask.request.path), flask.request.args
        choices = {"lang": languages(), "theme": CHOICES["theme"], "palette": CHOICES["palette"]}
        fallback = {"lang": default.language, "theme": default.theme, "palette": default.palette}
        return {
            key: asked[key] if asked.get(key) in choices[key] else fallback[key]
            for key in ("lang", "theme", "palette")
        }


def create_app(
    answers: Answers,
    site: Site,
    clock: Callable[[], datetime],
    build_id: str,
    loading: Callable[[], Loading | None] = lambda: None,
    loads: Loads | None = None,
) -> Monitor:
    """Return the app with all pages and the API.

    build_id  moves with each deployment and reloads the screens
    loading   the first load of a source while it is under way, for screens that have nothing to show yet
    loads     what may be done to the sources; None = the data page has no buttons and knows no plans
    """
    app = Monitor(
        __name__,
        assets_folder=str(ASSETS),
        suppress_callback_exceptions=True,
        use_async=False,
        enable_mcp=False,
        health_endpoint="health",
        update_title="",
        on_error=live.on_error,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.room = Room(answers, site, clock, build_id, pages(), loading, loads or Loads())
    app.server.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR_S
    app.layout = live.shell()
    live.register(app, app.room)
    api.register(app.server, app.room)
    _add_headers(app)
    return app


def warm(app: Monitor) -> None:
    """Ask again what was looked at in the last minutes, so that those screens find the answers ready."""
    app.room.warm()


def _add_headers(app: Dash) -> None:
    policy: list[str] = []

    def add(response: flask.Response) -> flask.Response:
        if not policy:  # the hashes are known once all callbacks are registered: at the first answer
            policy.append(_policy(app))
        response.headers["Content-Security-Policy"] = policy[0]
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if not flask.request.path.startswith(("/assets/", "/_dash-component-suites/")):
            response.headers["Cache-Control"] = "no-store"
        return response

    app.server.after_request(add)


def _policy(app: Any) -> str:
    rules = {
        "default-src": "'self'",
        "script-src": "'self' " + " ".join(app.csp_hashes()),
        "style-src": "'self' 'unsafe-inline'",  # plotly and Mantine style their own elements
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
    }
    return "; ".join(f"{key} {value}" for key, value in rules.items())
