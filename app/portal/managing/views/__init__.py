"""The pages under *Gérer* that set the lieu's things and close it."""

from app.portal.managing.views.catalogue import bp as catalogue_bp
from app.portal.managing.views.closures import bp as closures_bp
from app.portal.managing.views.cohort_rights import bp as cohort_rights_bp
from app.portal.managing.views.registers import bp as registers_bp
from app.portal.managing.views.things import bp as things_bp
from app.portal.managing.views.trust import bp as trust_bp

__all__ = ["catalogue_bp", "closures_bp", "cohort_rights_bp", "registers_bp", "things_bp", "trust_bp"]
