"""The blueprint of the fablab's pages."""

from flask import Blueprint

bp = Blueprint("fablab", "app.fablab", url_prefix="/fablab", template_folder="templates")
