"""Viacel's rules: what needs records, the method or arithmetic, one function for each entry of ``rules.yaml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from contracts.bodies import media_type_of
from contracts.model import Part
from contracts.rules import Facts, Finding, RuleFunction, Subject

ADDRESS = "/pabx/api.php"
LONGEST_HISTORY, LARGEST_HISTORY = timedelta(days=62), 1000
COMPANY, DID, TRUNK, EXTENSION, PLAN, REGION, ROUTE = (
    "viacel.company",
    "viacel.did",
    "viacel.trunk",
    "viacel.extension",
    "viacel.dial_plan",
    "viacel.region",
    "viacel.route",
)
ID_FIELDS = {
    COMPANY: "cliente_id",
    DID: "did_id",
    TRUNK: "tronco_id",
    EXTENSION: "ramal_id",
    PLAN: "plano_discagem_id",
    REGION: "regiao_id",
}
# The end of an operation's key, and what it is about.
KINDS = {"Company": COMPANY, "Did": DID, "Trunk": TRUNK, "Extension": EXTENSION, "DialPlan": PLAN, "RoutingRules": PLAN}
NOT_FOUND, NOT_FOUND_IN_BODY, EMPTY_LIST = "not-found", "not-found-in-body", "empty-list"


def whole(value: object) -> int:
    """Return a number on the wire (JSON number, digits, or nothing) as an integer, 0 for none."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() else 0
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def named(body: object, field: str) -> int:
    """Return the id that a request names, inside its fields or beside them; 0 for none."""
    return next((whole(part[field]) for part in _parts(body) if field in part), 0)


def kind_of(operation: str) -> str:
    """Return the kind of record that an insertion, a change or a deletion is about."""
    return next(kind for end, kind in KINDS.items() if operation.endswith(end))


def deletion_by_delete(subject: Subject) -> Iterator[Finding]:
    """Find a deletion by another method."""
    if subject.exchange.request.method != "DELETE":
        yield Finding("method", subject.exchange.request.method, "DELETE, with the body")


def lists_by_post(subject: Subject) -> Iterator[Finding]:
    """Find a list by another method."""
    yield Finding("method", subject.exchange.request.method, "POST, with everything in a JSON body")


def documented_action(subject: Subject) -> Iterator[Finding]:
    """Find an action that the document promises and has not."""
    yield Finding("/acao", str(subject.request.get("acao")), "an action that the document has")


def one_address(subject: Subject) -> Iterator[Finding]:
    """Find another path."""
    if not subject.exchange.request.path.endswith(ADDRESS):
        yield Finding("path", subject.exchange.request.path, ADDRESS)


def json_content_type(subject: Subject) -> Iterator[Finding]:
    """Find another content type."""
    given = subject.exchange.request.header("content-type")
    if given is not None and media_type_of(given) != "application/json":
        yield Finding("header:content-type", given, "application/json, or no content type")


def company_agrees(subject: Subject) -> Iterator[Finding]:
    """Find two companies in one request."""
    given = [whole(part["cliente_id"]) for part in _parts(subject.request) if "cliente_id" in part]
    if len(set(given)) > 1:
        yield Finding("/cliente_id", str(given[1]), f"{given[0]}, as in dados")


def company_exists(subject: Subject) -> Iterator[Finding]:
    """Find a ``cliente_id`` that names no company."""
    wanted = named(subject.request, "cliente_id")
    if _record(subject, COMPANY, wanted) is None:
        yield Finding(_place(subject.request, "cliente_id"), str(wanted), "the id of a company")


def record_exists(subject: Subject) -> Iterator[Finding]:
    """Find the id of something that is not there."""
    kind = kind_of(subject.operation)
    wanted = named(subject.request, ID_FIELDS[kind])
    if _record(subject, kind, wanted) is None:
        yield Finding(_place(subject.request, ID_FIELDS[kind]), str(wanted), "the id of something that is there")


def owned(subject: Subject) -> Iterator[Finding]:
    """Find something of another company than the one that is named."""
    kind = kind_of(subject.operation)
    record = _record(subject, kind, named(subject.request, ID_FIELDS[kind]))
    company = named(subject.request, "cliente_id")
    if record is not None and company and record["cliente_id"] != company:
        yield Finding(_place(subject.request, "cliente_id"), str(company), f"{record['cliente_id']}, whose it is")


def plan_exists(subject: Subject) -> Iterator[Finding]:
    """Find an extension's dial plan that its company has not."""
    wanted = whole(_fields(subject).get("plano_discagem_id"))
    plan = _record(subject, PLAN, wanted)
    if wanted and (plan is None or plan["cliente_id"] != named(subject.request, "cliente_id")):
        yield Finding("/dados/plano_discagem_id", str(wanted), "a dial plan of the extension's company, or 0")


def region_exists(subject: Subject) -> Iterator[Finding]:
    """Find a region that is not there, in a tariff or in routing."""
    routing = subject.operation == "changeRoutingRules"
    name = "regioes" if routing else "tarifas"
    for index, entry in enumerate(_fields(subject).get(name, ())):
        wanted = whole(entry.get("regiao_id"))
        if (wanted or routing) and _record(subject, REGION, wanted) is None:
            yield Finding(f"/dados/{name}/{index}/regiao_id", str(wanted), "the id of a region")


def trunk_exists(subject: Subject) -> Iterator[Finding]:
    """Find a trunk that the dial plan's company has not."""
    plan = _record(subject, PLAN, named(subject.request, "plano_discagem_id"))
    for place, route in _routes(subject):
        trunk = _record(subject, TRUNK, whole(route.get("tronco_id")))
        if plan is not None and (trunk is None or trunk["cliente_id"] != plan["cliente_id"]):
            yield Finding(f"{place}/tronco_id", str(route.get("tronco_id")), "a trunk of the dial plan's company")


def extension_limit(subject: Subject) -> Iterator[Finding]:
    """Find one extension too many."""
    company = _company(subject)
    limit = company["qtd_ramais_max"] if company else 0
    if company and 0 < limit <= sum(1 for _ in _of_company(subject, company)):
        yield Finding("/dados/cliente_id", f"{limit} extensions already", f"at most {limit}, its qtd_ramais_max")


def extension_range(subject: Subject) -> Iterator[Finding]:
    """Find the number of an extension outside its company's range."""
    company, text = _company(subject), _fields(subject).get("numero", "")
    number = int(text) if text.isascii() and text.isdigit() else None
    if company is None or number is None:
        return
    low, high = company["faixa_min"], company["faixa_max"]
    if (low and number < low) or (high and number > high):
        yield Finding("/dados/numero", text, f"a number from {low} to {high or 'any'}")


def login_unique(subject: Subject) -> Iterator[Finding]:
    """Find a login that another company has."""
    login, own = _fields(subject).get("login"), named(subject.request, "cliente_id")
    own = own if subject.operation == "changeCompany" else 0
    others = (c for c in _all(subject, COMPANY) if c["cliente_id"] != own)
    if login and any(other["login"] == login for other in others):
        yield Finding("/dados/login", login, "a login that no other company has")


def number_unique(subject: Subject) -> Iterator[Finding]:
    """Find a number that another extension of the company has."""
    number, company = _fields(subject).get("numero"), _company(subject)
    own = named(subject.request, "ramal_id") if subject.operation == "changeExtension" else 0
    if number is None or company is None:
        return
    if any(e["numero"] == number and e["ramal_id"] != own for e in _of_company(subject, company)):
        yield Finding("/dados/numero", number, "a number that no other extension of the company has")


def history_days(subject: Subject) -> Iterator[Finding]:
    """Find days that do not exist, or lie too far apart."""
    days: list[datetime] = []
    for name in ("data_inicial", "data_final"):
        text = subject.request.get(name, "")
        try:
            days += [datetime.strptime(text, "%d/%m/%Y")] if text else []
        except ValueError:
            yield Finding(f"/{name}", text, "a day of the calendar, as 31/12/2026")
    if len(days) == 2 and days[1] - days[0] > LONGEST_HISTORY:
        yield Finding("/data_final", subject.request["data_final"], "at most two months after data_inicial")


def history_size(subject: Subject) -> Iterator[Finding]:
    """Find a page that is too large."""
    if whole(subject.request.get("quantidade")) > LARGEST_HISTORY:
        yield Finding("/quantidade", str(subject.request["quantidade"]), f"at most {LARGEST_HISTORY}")


def status_is_code(subject: Subject) -> Iterator[Finding]:
    """Find an answer whose HTTP status is not the code in its body."""
    code, answer = _code(subject), subject.exchange.response
    if code is None or answer is None or code == answer.status:
        return
    reading = subject.readings.get("V14")
    if not (reading == NOT_FOUND_IN_BODY and (answer.status, code) == (200, 404)):
        expected = f"{code}, as http_response_code says"
        yield Finding("status", str(answer.status), expected, Part.RESPONSE)


def empty_list(subject: Subject) -> Iterator[Finding]:
    """Find an empty list that is answered in another way than the reading says."""
    code, answer = _code(subject), subject.exchange.response
    if answer is None or code is None:
        return
    if subject.readings.get("V14") == EMPTY_LIST:
        if code == 404:
            yield Finding("/http_response_code", "404", "200, with an empty list", Part.RESPONSE)
    elif code == 200 and subject.response.get("dados") == []:
        yield Finding("/dados", "an empty list", "http_response_code 404, and no list", Part.RESPONSE)


RULES: Mapping[str, RuleFunction] = {
    "deletion-by-delete": deletion_by_delete,
    "lists-by-post": lists_by_post,
    "documented-action": documented_action,
    "one-address": one_address,
    "json-content-type": json_content_type,
    "company-agrees": company_agrees,
    "company-exists": company_exists,
    "record-exists": record_exists,
    "owned": owned,
    "plan-exists": plan_exists,
    "region-exists": region_exists,
    "trunk-exists": trunk_exists,
    "extension-limit": extension_limit,
    "extension-range": extension_range,
    "login-unique": login_unique,
    "number-unique": number_unique,
    "history-days": history_days,
    "history-size": history_size,
    "status-is-code": status_is_code,
    "empty-list": empty_list,
}


def _parts(body: object) -> list[Mapping[str, Any]]:
    """Return where ids may stand in a body: its fields first, then the body itself."""
    if not isinstance(body, Mapping):
        return []
    fields = body.get("dados")
    return [fields, body] if isinstance(fields, Mapping) else [body]


def _fields(subject: Subject) -> Mapping[str, Any]:
    return _parts(subject.request)[0]


def _place(body: object, field: str) -> str:
    parts = _parts(body)
    return f"/dados/{field}" if len(parts) > 1 and field in parts[0] else f"/{field}"


def _record(subject: Subject, kind: str, key: int) -> Mapping[str, Any] | None:
    return subject.facts.get(kind, str(key)) if subject.facts else None


def _all(subject: Subject, kind: str) -> Iterable[Mapping[str, Any]]:
    facts: Facts | None = subject.facts
    return facts.all(kind) if facts else ()


def _company(subject: Subject) -> Mapping[str, Any] | None:
    return _record(subject, COMPANY, named(subject.request, "cliente_id"))


def _of_company(subject: Subject, company: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (e for e in _all(subject, EXTENSION) if e["cliente_id"] == company["cliente_id"])


def _routes(subject: Subject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, region in enumerate(_fields(subject).get("regioes", ())):
        for place, route in enumerate(region.get("roteamentos", ())):
            yield f"/dados/regioes/{index}/roteamentos/{place}", route


def _code(subject: Subject) -> int | None:
    code = subject.response.get("http_response_code") if isinstance(subject.response, Mapping) else None
    return code if isinstance(code, int) else None
