"""The blueprint of coworking's pages."""

from flask import Blueprint

bp = Blueprint("coworking", "app.coworking", url_prefix="/coworking", template_folder="templates")
