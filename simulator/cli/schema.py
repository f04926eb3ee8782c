"""``pbxsim schema``: the JSON Schemas of the files that people write, for editors and other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import click

from simulator.cli.console import show_json

PACKAGES = ("scenarios", "simulator", "contracts")
SUFFIX = ".schema.json"

_HINT = """\
Save the schema beside your file, and make this the file's first line:

  # yaml-language-server: $schema=./{file}

  pbxsim schema {name} > {file}

VS Code (with the extension redhat.vscode-yaml), Neovim, Emacs, Helix and every other editor that speaks to
yaml-language-server then complete the words, explain them, and mark what is wrong. JetBrains IDEs take the file
under Settings, Languages & Frameworks, Schemas and DTDs, JSON Schema Mappings. For a JSON file, let an editor map
the schema to it by its own settings: a comment has no place there."""


@click.command(name="schema")
@click.argument("name", required=False)
@click.option("--editor", is_flag=True, help="Say how an editor is told of the schema, instead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the list, or the schema with its name.")
def command(name: str | None, editor: bool, as_json: bool) -> int:
    """Print a JSON Schema (2020-12); without a NAME, list them."""
    known = schemas()
    if name is None:
        if editor:
            raise click.UsageError(f"--editor: for which? Name one of: {', '.join(known)}")
        _list(known, as_json=as_json)
        return 0
    if name not in known:
        raise click.UsageError(f"there is no schema {name!r}; there are: {', '.join(known)}")
    if editor:
        _explain(name, as_json=as_json)
    elif as_json:
        show_json({"name": name, "schema": known[name], "exit_code": 0})
    else:
        click.echo(json.dumps(known[name], indent=2, ensure_ascii=False))
    return 0


def schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by its name, ``scenario`` for ``scenario.schema.json``: each is found by being there."""
    found = {}
    for package in PACKAGES:
        for file in sorted(files(package).iterdir(), key=lambda file: file.name):
            if file.name.endswith(SUFFIX):
                found[file.name.removesuffix(SUFFIX)] = json.loads(file.read_text("utf-8"))
    return found


def _list(known: Mapping[str, Mapping[str, Any]], *, as_json: bool) -> None:
    told = {name: str(schema.get("title") or schema.get("description", "")) for name, schema in known.items()}
    if as_json:
        show_json({"schemas": told, "exit_code": 0})
        return
    for name, text in told.items():
        click.echo(f"{name:12} {text}")
    click.echo("\npbxsim schema NAME prints one; --editor says how an editor is told of it.")


def _explain(name: str, *, as_json: bool) -> None:
    file = f"{name}{SUFFIX}"
    if as_json:
        line = f"# yaml-language-server: $schema=./{file}"
        show_json({"name": name, "file": file, "modeline": line, "exit_code": 0})
        return
    click.echo(_HINT.format(file=file, name=name))
