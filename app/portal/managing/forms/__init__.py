"""What is asked of who sets the things of the lieu. An empty rule follows the others of its kind."""

from app.portal.managing.forms.away import ClosureForm, OutageForm, ReasonForm
from app.portal.managing.forms.catalogue import CouponForm, GroupForm, PassForm, PlanForm, PriceForm
from app.portal.managing.forms.fields import KINDS
from app.portal.managing.forms.rules import CommonForm, OwnHoursForm, TrustForm
from app.portal.managing.forms.thing import ThingForm

__all__ = [
    "KINDS",
    "ClosureForm",
    "CommonForm",
    "CouponForm",
    "GroupForm",
    "OutageForm",
    "OwnHoursForm",
    "PassForm",
    "PlanForm",
    "PriceForm",
    "ReasonForm",
    "ThingForm",
    "TrustForm",
]
