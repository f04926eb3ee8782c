"""What the README says is so: its links lead somewhere, its commands are understood, its scenario passes."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from scenarios.loader import load_text
from simulator.cli import cli

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)


def commands():
    lines = [line for _, block in BLOCK.findall(README) for line in block.splitlines()]
    lines += re.findall(r"`(\.venv/bin/pbxsim[^`]*)`", README)
    return [line for line in lines if line.startswith(".venv/bin/pbxsim ")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file(page):
    prose = BLOCK.sub("", page.read_text("utf-8"))
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose)

    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]

    assert missing == []


def anchors(page):
    """Return what links below a page name: its headings, as GitHub makes words of them."""
    titles = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text("utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_part_of_a_page_leads_to_a_heading(page):
    prose = BLOCK.sub("", page.read_text("utf-8"))
    links = re.findall(r"\]\(([^)#:]*\.md)?#([^)]+)\)", prose)

    missing = [(to, part) for to, part in links if part not in anchors(page.parent / to if to else page)]

    assert missing == []


@pytest.mark.parametrize("command", commands())
def test_command_of_the_readme_is_understood(command):
    """Its words parse: the subcommand is there, and every option with its value."""
    name, *words = shlex.split(command)[1:]
    subcommand = cli.get_command(click.Context(cli), name)

    assert subcommand is not None
    subcommand.make_context(name, words, resilient_parsing=False)


def test_readme_has_commands_to_understand():
    assert len(commands()) >= 4


def test_scenario_of_the_readme_can_be_read():
    (text,) = [block for kind, block in BLOCK.findall(README) if kind == "yaml"]

    scenario = load_text(text, "README.md")

    assert scenario.name == yaml.safe_load(text)["scenario"]


def test_make_targets_that_the_readme_names_exist():
    named, there = (
        set(re.findall(pattern, text, re.M))
        for pattern, text in ((r"\bmake (\w+)", README), (r"^(\w+):", (ROOT / "Makefile").read_text("utf-8")))
    )

    assert named == {"run", "test"}
    assert named <= there
