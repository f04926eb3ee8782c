"""How 55PBX's pushes can be wrong on purpose: field by field, or as its own page prints the example."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.model import Flaw
from simulator.spoiling import Spoil, as_text, day_and_month_swapped, in_field, instead_of_body, nothing

# The example of 55pbx-push to the letter, which is no JSON; a test keeps it equal to the contract's.
PRINTED = "  \n".join(
    (
        "{",
        '    "central_id" : "1000",',
        '    "branch_mask" : 5000,',
        '    "call_id" : "1479477009.5199",',
        '    "call_date" : ISODate("2012-05-01 12:30:00"),',
        '    "call_terminal" : "",',
        '    "call_type" : "active",',
        '    "call_number" : "987654321",',
        '    "call_area_code" : "11",',
        '    "call_country_code" : "55",',
        '    "call_document" : "",',
        '    "call_order" : "",',
        '    "call_ura" : "",',
        '    "call_queue" : "",',
        '    "call_status" : "",',
        '    "call_disconnection" : "externo",',
        '    "call_time" : 11,',
        '    "call_time_waiting" : 8,',
        '    "call_duration" : 3,',
        '    "call_tax_type" : "VC2",',
        '    "call_tax" : 0.58,',
        '    "call_cost" : 0.58,',
        '    "call_balance" : 9999759.12,',
        '    "call_url_audio" : "https://sip1.55pbx.com/webphone-1000/2016/11/18/'
        'audio-2016-11-18\\_11-50-09-100001-1479477009.5199.wav",',
        '    "call_audio_file" : "audio-2016-11-18\\_11-50-09-100001-119876543211479477009.5199.wav",',
        '    "call_transfer_id" : "1479477009.5198",',
        "}",
        "}",
    )
)

SPOILS: Mapping[str, Spoil] = {
    Flaw.SWAPPED_DATE: in_field("call_date", day_and_month_swapped),
    Flaw.NUMBER_AS_STRING: in_field("call_duration", as_text),
    Flaw.NULL_FIELD: in_field("call_number", nothing),
    Flaw.UNKNOWN_FIELD: in_field("call_unknown", lambda _: "nobody knows this field"),
    Flaw.PRINTED_EXAMPLE: instead_of_body(PRINTED.encode()),
}
