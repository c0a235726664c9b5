"""An invoice as programs read it: CII XML, profile EN 16931 of Factur-X 1.09, with the French rules (XP Z12-012, BR-FR).

Written from the frozen content alone, so that it says the same for ever. Each element is named after its term (BT-…) of
EN 16931-1. Amounts of a credit note are positive here: its type says which way they go.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lxml import etree

from app.billing.rules.documents import OUT_OF_SCOPE
from app.billing.rules.invoices import ADVANCE, CREDIT_NOTE, FINAL, NO_UNIT, ORGANISATION, UNITS
from app.core.money import half_up
from app.core.papers import Facts

PROFILE = "urn:cen.eu:en16931:2017"
FILE_NAME = "factur-x.xml"
_NAMES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
_TYPES = {CREDIT_NOTE: "381", ADVANCE: "386"}  # UNTDID 1001; everything else is 380
_PROCESS = {"services": "S", "goods": "B", "both": "M"}  # BT-23: S1, B1, M1; 4 for what follows an advance
_TRANSFER = "30"  # UNTDID 4461: credit transfer
_SIREN, _FRENCH_ADDRESS, _MAIL = "0002", "0225", "EM"
_FOR_NOBODY = "Sans objet (client particulier)"

# What readers of PDF find without opening the XML.
XMP = Facts(
    schema="Factur-X PDFA Extension Schema",
    namespace="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    prefix="fx",
    values={
        "DocumentFileName": (FILE_NAME, "The name of the embedded XML document"),
        "DocumentType": ("INVOICE", "The type of the hybrid document"),
        "Version": ("1.0", "The actual version of the standard applying to the embedded XML document"),
        "ConformanceLevel": ("EN 16931", "The conformance level of the embedded XML document"),
    },
)


def xml(said: Mapping[str, Any]) -> str:
    """The invoice, from its frozen content."""
    root = etree.Element(f"{{{_NAMES['rsm']}}}CrossIndustryInvoice", nsmap=_NAMES)
    sign = -1 if said["kind"] == CREDIT_NOTE else 1
    _context(root, said)
    _document(root, said)
    deal = _add(root, "rsm:SupplyChainTradeTransaction")
    for rank, line in enumerate(said["lines"], 1):
        _line(deal, rank, line, sign)
    _parties(deal, said)
    _delivery(deal, said)
    _settlement(deal, said, sign)
    text: str = etree.tostring(root, encoding="unicode", pretty_print=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'


def _context(root: etree._Element, said: Mapping[str, Any]) -> None:
    context = _add(root, "rsm:ExchangedDocumentContext")
    process = _PROCESS[said["operation"]] + ("4" if said["kind"] == FINAL else "1")
    _add(context, "ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID", process)
    _add(context, "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", PROFILE)


def _document(root: etree._Element, said: Mapping[str, Any]) -> None:
    document = _add(root, "rsm:ExchangedDocument")
    _add(document, "ram:ID", said["number"])
    _add(document, "ram:TypeCode", _TYPES.get(said["kind"], "380"))
    _day(document, "ram:IssueDateTime", said["issued_on"])
    mentions = {code: said["mentions"].get(code, _FOR_NOBODY) for code in ("PMT", "PMD", "AAB")}
    notes = list(mentions.items())
    notes.append(("BAR", "B2B" if _is_business(said["buyer"]) else "B2C"))
    for text in (said["reason"], said["mentions"].get("debits", ""), said["footer"]):
        if text:
            notes.append(("", text))
    for code, text in notes:
        note = _add(document, "ram:IncludedNote")
        _add(note, "ram:Content", text)
        if code:
            _add(note, "ram:SubjectCode", code)


def _line(deal: etree._Element, rank: int, line: Mapping[str, Any], sign: int) -> None:
    quantity, price, unit = _quantity_and_price(line, sign)
    item = _add(deal, "ram:IncludedSupplyChainTradeLineItem")
    _add(item, "ram:AssociatedDocumentLineDocument/ram:LineID", str(rank))
    product = _add(item, "ram:SpecifiedTradeProduct")
    _add(product, "ram:Name", line["label"])
    if line["member_name"]:
        _add(product, "ram:Description", line["member_name"])
    _add(item, "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount", _amount(price))
    _add(item, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", _milli(quantity), unitCode=unit)
    settled = _add(item, "ram:SpecifiedLineTradeSettlement")
    tax = _add(settled, "ram:ApplicableTradeTax")
    _add(tax, "ram:TypeCode", "VAT")
    _add(tax, "ram:CategoryCode", line["category"])
    if line["category"] != OUT_OF_SCOPE:
        _add(tax, "ram:RateApplicablePercent", _percent(line["rate_bp"]))
    first, last = line["used_from"] or line["used_to"], line["used_to"] or line["used_from"]
    if first:
        _period(settled, first, last)
    _add(settled, "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", _amount(sign * line["net_cents"]))


def _quantity_and_price(line: Mapping[str, Any], sign: int) -> tuple[int, int, str]:
    """A price is never negative (BR-27): the quantity says which way it goes. An amount that quantity and price do not make
    (a prorated month) is one unit of that amount."""
    net = sign * line["net_cents"]
    quantity, price = sign * line["quantity_milli"], line["unit_cents"]
    if price < 0:
        quantity, price = -quantity, -price
    if half_up(quantity * price, 1000) != net:
        return (-1000 if net < 0 else 1000), abs(net), NO_UNIT[1]
    return quantity, price, UNITS.get(line["unit"], NO_UNIT)[1]


def _parties(deal: etree._Element, said: Mapping[str, Any]) -> None:
    agreement = _add(deal, "ram:ApplicableHeaderTradeAgreement")
    seller, buyer = said["seller"], said["buyer"]
    out_of_scope = any(tax["category"] == OUT_OF_SCOPE for tax in said["taxes"])
    siren = seller["siret"][:9]

    party = _add(agreement, "ram:SellerTradeParty")
    if not siren:
        _add(party, "ram:ID", seller["rna"] or seller["name"])  # BT-29: BR-CO-26 asks for one number at least
    _add(party, "ram:Name", seller["name"])
    if seller["legal_form"]:
        _add(party, "ram:Description", seller["legal_form"])
    if siren:
        _add(party, "ram:SpecifiedLegalOrganization/ram:ID", siren, schemeID=_SIREN)
    _address(party, seller)
    _reached_at(party, siren, seller["email"])
    if seller["vat_number"] and not out_of_scope:  # BR-O-02: nothing of VAT stands on what is out of its scope
        _add(party, "ram:SpecifiedTaxRegistration/ram:ID", seller["vat_number"], schemeID="VA")
    elif siren and not out_of_scope:
        _add(party, "ram:SpecifiedTaxRegistration/ram:ID", siren, schemeID="FC")  # BT-32, where there is no VAT number

    party = _add(agreement, "ram:BuyerTradeParty")
    _add(party, "ram:Name", buyer["name"])
    if buyer["siren"]:
        _add(party, "ram:SpecifiedLegalOrganization/ram:ID", buyer["siren"], schemeID=_SIREN)
    _address(party, buyer)
    _reached_at(party, buyer["siren"], buyer["email"])
    if buyer["vat_number"] and not out_of_scope:
        _add(party, "ram:SpecifiedTaxRegistration/ram:ID", buyer["vat_number"], schemeID="VA")


def _delivery(deal: etree._Element, said: Mapping[str, Any]) -> None:
    delivery = _add(deal, "ram:ApplicableHeaderTradeDelivery")
    if said["delivery"]:
        party = _add(delivery, "ram:ShipToTradeParty")
        _add(party, "ram:Name", said["delivery"].get("name") or said["buyer"]["name"])
        _address(party, {"country": "FR"} | said["delivery"])
    event = _add(delivery, "ram:ActualDeliverySupplyChainEvent")
    _day(event, "ram:OccurrenceDateTime", said["period"][1])


def _settlement(deal: etree._Element, said: Mapping[str, Any], sign: int) -> None:
    settlement = _add(deal, "ram:ApplicableHeaderTradeSettlement")
    _add(settlement, "ram:PaymentReference", said["number"])
    _add(settlement, "ram:InvoiceCurrencyCode", said["currency"])
    if said["seller"]["iban"] and said["kind"] != CREDIT_NOTE:
        means = _add(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
        _add(means, "ram:TypeCode", _TRANSFER)
        _add(means, "ram:PayeePartyCreditorFinancialAccount/ram:IBANID", said["seller"]["iban"])
        if said["seller"]["bic"]:
            _add(means, "ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID", said["seller"]["bic"])
    for tax in said["taxes"]:
        _tax(settlement, tax, sign, on_debits=said["on_debits"])
    _period(settlement, *said["period"])
    terms = _add(settlement, "ram:SpecifiedTradePaymentTerms")
    _day(terms, "ram:DueDateDateTime", said["due_on"])
    sums = _add(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    _add(sums, "ram:LineTotalAmount", _amount(sign * said["net_cents"]))
    _add(sums, "ram:TaxBasisTotalAmount", _amount(sign * said["net_cents"]))
    _add(sums, "ram:TaxTotalAmount", _amount(sign * said["vat_cents"]), currencyID=said["currency"])
    _add(sums, "ram:GrandTotalAmount", _amount(sign * said["gross_cents"]))
    if said["prepaid_cents"]:
        _add(sums, "ram:TotalPrepaidAmount", _amount(sign * said["prepaid_cents"]))
    _add(sums, "ram:DuePayableAmount", _amount(sign * said["due_cents"]))
    for cited in said["cites"]:
        reference = _add(settlement, "ram:InvoiceReferencedDocument")
        _add(reference, "ram:IssuerAssignedID", cited["number"])
        _day(reference, "ram:FormattedIssueDateTime", cited["issued_on"], "qdt:DateTimeString")


def _tax(settlement: etree._Element, tax: Mapping[str, Any], sign: int, *, on_debits: bool) -> None:
    of_rate = _add(settlement, "ram:ApplicableTradeTax")
    _add(of_rate, "ram:CalculatedAmount", _amount(sign * tax["vat"]))
    _add(of_rate, "ram:TypeCode", "VAT")
    if tax["reason"]:
        _add(of_rate, "ram:ExemptionReason", tax["reason"])
    _add(of_rate, "ram:BasisAmount", _amount(sign * tax["net"]))
    _add(of_rate, "ram:CategoryCode", tax["category"])
    if tax["vatex"]:
        _add(of_rate, "ram:ExemptionReasonCode", tax["vatex"])
    if tax["category"] == "S":
        _add(of_rate, "ram:DueDateTypeCode", "5" if on_debits else "72")  # BT-8: owed when invoiced, or when paid
    if tax["category"] != OUT_OF_SCOPE:
        _add(of_rate, "ram:RateApplicablePercent", _percent(tax["rate_bp"]))


# ---------------------------------------------------------------- small things


def _is_business(buyer: Mapping[str, Any]) -> bool:
    return buyer["sort"] == ORGANISATION and bool(buyer["siren"])


def _address(party: etree._Element, of: Mapping[str, Any]) -> None:
    address = _add(party, "ram:PostalTradeAddress")
    for name, key in (("PostcodeCode", "postal_code"), ("LineOne", "street"), ("CityName", "town")):
        if of.get(key):
            _add(address, f"ram:{name}", of[key])
    _add(address, "ram:CountryID", of["country"] or "FR")


def _reached_at(party: etree._Element, siren: str, email: str) -> None:
    """BT-34 and BT-49: the SIREN in the French directory, else an e-mail address."""
    if siren:
        _add(party, "ram:URIUniversalCommunication/ram:URIID", siren, schemeID=_FRENCH_ADDRESS)
    elif email:
        _add(party, "ram:URIUniversalCommunication/ram:URIID", email, schemeID=_MAIL)


def _period(parent: etree._Element, first: str, last: str) -> None:
    period = _add(parent, "ram:BillingSpecifiedPeriod")
    _day(period, "ram:StartDateTime", first)
    _day(period, "ram:EndDateTime", last)


def _day(parent: etree._Element, path: str, day: str, form: str = "udt:DateTimeString") -> None:
    _add(parent, f"{path}/{form}", f"{date.fromisoformat(day):%Y%m%d}", format="102")


def _add(parent: etree._Element, path: str, text: str | None = None, **attributes: str) -> etree._Element:
    """One element below another at the end of a path; what stands on the way is made for it."""
    for name in path.split("/"):
        prefix, _, local = name.partition(":")
        parent = etree.SubElement(parent, f"{{{_NAMES[prefix]}}}{local}")
    parent.text = text
    parent.attrib.update(attributes)
    return parent


def _amount(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"


def _milli(quantity: int) -> str:
    whole, rest = divmod(abs(quantity), 1000)
    return f"{'-' if quantity < 0 else ''}{whole}" + (f".{rest:03d}".rstrip("0") if rest else "")


def _percent(rate_bp: int) -> str:
    return _amount(rate_bp)
