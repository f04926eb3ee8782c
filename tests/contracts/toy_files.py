"""The files of the small made-up contract."""

MARKED = {"x-source": "manual 1", "x-confidence": "documented"}
OPENAPI = """\
openapi: 3.1.0
info: {title: Toy, version: "1"}
paths:
  /rings/{account}/{key}:
    post:
      operationId: ring
      summary: Ring a bell.
      x-source: manual 1
      x-confidence: documented
      security: [{bearer: []}]
      parameters:
        - {name: account, in: path, required: true, schema: {type: integer, minimum: 1}}
        - {name: key, in: path, required: true, schema: {type: string, format: password, maxLength: 40, x-secret: key}}
        - {name: limit, in: query, schema: {type: integer, maximum: 10}, x-source: manual 9, x-confidence: inferred}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: schemas/ring.json}}
          application/x-www-form-urlencoded: {schema: {$ref: schemas/ring.json}}
      responses:
        "200": {$ref: "#/components/responses/Rung"}
        4XX: {description: Refused., x-source: guess, x-confidence: inferred}
        "503": {description: Full., x-simulator: true}
  /rings:
    get:
      operationId: listRings
      summary: List the bells.
      x-source: guess
      x-confidence: inferred
      responses:
        default: {description: Anything., x-source: guess, x-confidence: inferred}
  /orders:
    post:
      operationId: order
      summary: Give an order.
      x-source: field
      x-confidence: observed
      requestBody:
        required: true
        x-any-media-type: true
        content:
          application/json: {schema: {$ref: schemas/order.json}}
          application/x-www-form-urlencoded: {schema: {$ref: schemas/order.json}}
      responses:
        "200": {description: Done., x-source: field, x-confidence: observed}
webhooks:
  rang:
"""
PUSH = """\
      summary: Tell that a bell rang.
      x-source: manual 2
      x-confidence: documented
      parameters:
        - {name: token, in: header, required: false, schema: {type: string, format: password, maxLength: 40}}
      requestBody: {required: true, content: {application/json: {schema: {$ref: schemas/rang.json}}}}
      responses:
        2XX: {description: Taken., x-source: guess, x-confidence: inferred}
"""
COMPONENTS = """\
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer, x-source: manual 3, x-confidence: documented}
  responses:
    Rung:
      description: It rang.
      x-source: manual 1
      x-confidence: documented
      content:
        application/json: {schema: {$ref: schemas/rung.json}}
"""
SCHEMAS = {
    "ring": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "description": "A bell to ring.",
        **MARKED,
        "type": "object",
        "properties": {
            "bell": {"description": "The bell's name.", "type": "string", "pattern": "^[a-z]+$", "maxLength": 20},
            "volume": {
                "type": ["integer", "string"],
                "maxLength": 5,
                "x-source": "field",
                "x-confidence": "observed",
            },
            "mood": {"enum": ["glad", "sad"], "x-source": "field", "x-confidence": "observed"},
            "until": {"type": "string", "format": "date-time"},
            "code": {
                "type": ["string", "integer"],
                "format": "password",
                "x-secret": "code",
                "minLength": 4,
                "maxLength": 40,
            },
            "note": {"type": "string", "maxLength": 5, "x-source": "guess", "x-confidence": "inferred"},
        },
        "allOf": [
            {**MARKED, "x-discrepancy": "T1", "description": "bell is there.", "required": ["bell"]},
            {
                "if": {"properties": {"mood": {"const": "sad"}}, "required": ["mood"]},
                "then": {"x-source": "manual 4", "x-confidence": "documented", "required": ["note"]},
            },
        ],
    },
    "rung": {
        "description": "What a bell answers.",
        **MARKED,
        "type": "object",
        "required": ["ok"],
        "properties": {
            "ok": {"type": "boolean"},
            "receipt": {"type": "string", "format": "password", "x-secret": "receipt", "maxLength": 40},
        },
    },
    "order": {
        "description": "An order, by its action.",
        "x-source": "field",
        "x-confidence": "observed",
        "type": "object",
        "required": ["action"],
        "discriminator": {"propertyName": "action", "mapping": {"open": "open.json", "close": "close.json"}},
        "oneOf": [{"$ref": "open.json"}, {"$ref": "close.json"}],
    },
    "open": {
        "description": "Open a door.",
        **MARKED,
        "type": "object",
        "properties": {"action": {"const": "open"}, "door": {"type": "string", "maxLength": 9}},
        "required": ["action", "door"],
        "additionalProperties": False,
    },
    "close": {
        "description": "Close a door.",
        **MARKED,
        "type": "object",
        "properties": {"action": {"const": "close"}, "key": {"type": "string", "maxLength": 9}},
        "required": ["action"],
    },
    "rang": {
        "description": "A bell that rang.",
        **MARKED,
        "type": "object",
        "properties": {"bell": {"type": "string", "maxLength": 20}, "count": {"type": "integer", "minimum": 1}},
        "required": ["bell"],
    },
}
RULES = """\
bell-exists:
  operations: [ring]
  text: bell is one that there is.
  scope: state
  x-source: manual 5
  x-confidence: documented
short-note:
  operations: [ring]
  text: note is shorter than bell.
  scope: body
  x-source: guess
  x-confidence: inferred
  x-discrepancy: T2
  only-under: {T2: [short]}
counts-up:
  operations: [rang]
  text: count goes up.
  scope: sequence
  x-source: manual 6
  x-confidence: documented
"""
DISCREPANCIES = """\
T1:
  title: Is bell required?
  strict: old
  lenient: either
  readings:
    old: {text: bell is required., x-source: manual 1, x-confidence: documented}
    either:
      text: bell or volume is there.
      x-source: manual 1
      x-confidence: documented
      patch:
        schemas/ring.json:
          - op: replace
            path: /allOf/0
            value:
              description: bell or volume is there.
              x-source: manual 1
              x-confidence: documented
              x-discrepancy: T1
              anyOf: [{required: [bell]}, {required: [volume]}]
    new:
      text: Nothing is required.
      x-source: manual 1, second edition
      x-confidence: documented
      later: true
      patch:
        schemas/ring.json:
          - {op: replace, path: /allOf/0, value: {}}
T2:
  title: May a note be long?
  strict: short
  lenient: long
  readings:
    short: {text: It is shorter than bell., x-source: guess, x-confidence: inferred}
    long: {text: It may., x-source: guess, x-confidence: inferred}
"""
