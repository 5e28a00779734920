"""The table of commands; each command's module is imported only when the command is wanted.

So ``cathartes --version`` answers at once, and ``cathartes doctor`` works on a machine on which
another command's imports fail. To add a command, write its module and add one line to `_ENTRIES`.
"""

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

CONTEXT_SETTINGS = {"help_option_names": ["--help", "-h"]}


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command stands, and what it does in one line.

    Attributes
    ----------
    target
        ``module:name`` of a function, or of a `typer.Typer` with commands of its own.
    summary
        First line of its help, shown by ``cathartes --help`` (a test holds the two equal).
    """

    target: str
    summary: str

    def is_installed(self) -> bool:
        """Return True if the command's module is there; it is not imported for that."""
        return importlib.util.find_spec(self.target.partition(":")[0]) is not None

    def load(self, name: str) -> TyperCommand | TyperGroup:
        """Import the command and return it under a name."""
        module_name, _, attribute = self.target.partition(":")
        target = getattr(importlib.import_module(module_name), attribute)
        if not isinstance(target, typer.Typer):
            alone = typer.Typer(add_completion=False, rich_markup_mode="rich")
            alone.command(name, context_settings=CONTEXT_SETTINGS)(target)
            target = alone
        command: Any = get_command(target)
        command.name = name
        return command  # type: ignore[no-any-return]  # Typer types it as Click's base class


_ENTRIES: Mapping[str, Entry] = MappingProxyType(
    {
        "demo": Entry(
            "cathartes.cli.demo:demo",
            "Simulate a flight line, scan it, run a campaign, and open the workstation on its "
            "casebook.",
        ),
        "scan": Entry(
            "cathartes.cli.scan:scan", "Find, name and map the plumes in radiance cubes."
        ),
        "georeference": Entry(
            "cathartes.cli.georeference:georeference",
            "Say where each pixel of a pushbroom cube lies on the ground.",
        ),
        "boresight": Entry(
            "cathartes.cli.boresight:boresight",
            "Say how a camera sits on its mount, from two flight lines that saw the same ground.",
        ),
        "simulate": Entry(
            "cathartes.cli.simulate:simulate", "Make a scene with known plumes, and its truth."
        ),
        "simulate campaign": Entry(
            "cathartes.cli.simulate_campaign:simulate_campaign",
            "Make weeks of sorties over an area with hidden places, and the truth about them.",
        ),
        "review": Entry(
            "cathartes.cli.review:app",
            "What reviews came to: list, show. Reviewing is done in the workstation, `serve`.",
        ),
        "outcomes": Entry(
            "cathartes.cli.outcomes:outcomes",
            "Count what came of the flights: found, reviewed, released, answered, confirmed, "
            "dismantled.",
        ),
        "serve": Entry(
            "cathartes.cli.serve:serve",
            "Open the workstation, where analysts look, judge and agree. Ctrl-C ends it.",
        ),
        "user": Entry(
            "cathartes.cli.user:app",
            "Accounts of the workstation: add, list, role, password, disable.",
        ),
        "evaluate": Entry(
            "cathartes.cli.evaluate:evaluate", "Score a scan's output folder against the truth."
        ),
        "evaluate campaign": Entry(
            "cathartes.cli.evaluate_campaign:evaluate_campaign",
            "Score a casebook's sites against the truth of a simulated campaign.",
        ),
        "inspect-log": Entry(
            "cathartes.cli.inspect_log:inspect_log",
            "Say what was understood of a gas-sensor log.",
        ),
        "locate": Entry(
            "cathartes.cli.locate:locate",
            "Say where the gas in sensor logs and plume maps comes from, and how much it is.",
        ),
        "mandate": Entry(
            "cathartes.cli.mandate:app",
            "The written authority to collect: add, list, show, revoke.",
        ),
        "plan": Entry(
            "cathartes.cli.plan:app", "Flight plans, entered before the flight: add, list."
        ),
        "run": Entry(
            "cathartes.cli.run:run",
            "Analyse the observations of sorties into the casebook, and bring its sites up to "
            "date.",
        ),
        "observations": Entry(
            "cathartes.cli.observations:observations",
            "List the looks, also those that found nothing, or show one with its sensitivity.",
        ),
        "observations report": Entry(
            "cathartes.cli.report:observations_report",
            "Print a look: what came of it and why, its plumes on a map, what could have been "
            "seen.",
        ),
        "sites report": Entry(
            "cathartes.cli.report:sites_report",
            "Print a site: its plumes on a map, looks against detections, evidence, what was not "
            "seen.",
        ),
        "sites": Entry(
            "cathartes.cli.sites:sites",
            "List the sites by the value of looking at them next, or show one line by line.",
        ),
        "emitters": Entry(
            "cathartes.cli.emitters:app", "Lawful emitters, which explain sites: import, list."
        ),
        "profile": Entry(
            "cathartes.cli.profile:app",
            "Which chemicals together tell the kind of place that is looked for: show, use.",
        ),
        "watch": Entry(
            "cathartes.cli.watch:watch", "Analyse observations as their files land in a folder."
        ),
        "purge": Entry(
            "cathartes.cli.purge:purge",
            "Remove what is past its mandate's retention, and say what went.",
        ),
        "library": Entry(
            "cathartes.cli.library:app", "The gases that can be found: list, show, plot, import."
        ),
        "casebook": Entry(
            "cathartes.cli.casebook:app",
            "The casebook: make one, back it up, restore it, check it.",
        ),
        "audit": Entry(
            "cathartes.cli.audit:app",
            "What was done, by whom, and whether that record holds: list, show, verify, head.",
        ),
        "partner": Entry(
            "cathartes.cli.partner:app",
            "Partners: who may be told, how much of it, and under which mandates.",
        ),
        "release": Entry(
            "cathartes.cli.release:app",
            "Findings for partners: draft, show, submit, approve, send, update, recall.",
        ),
        "key": Entry(
            "cathartes.cli.key:app",
            "Keys to sign and to open: create, rotate, revoke, export, import-sender, backup.",
        ),
        "verify": Entry(
            "cathartes.cli.verify:verify_package",
            "Say who signed a package and when, what is in it, and whether it was changed.",
        ),
        "respond": Entry(
            "cathartes.cli.respond:respond",
            "Answer a release: verify it, and write one file that its sender alone can open.",
        ),
        "answers": Entry(
            "cathartes.cli.answers:app",
            "What partners answered: read a signed file that one sent, list.",
        ),
        "doctor": Entry(
            "cathartes.cli.doctor:doctor", "Say what works on this machine and what is missing."
        ),
    }
)

COMMANDS: Mapping[str, Entry] = MappingProxyType(
    {name: entry for name, entry in _ENTRIES.items() if entry.is_installed()}
)
"""The commands of this installation, in the order of the help.

A name of two words stands beside the command of its first one: ``simulate campaign``.
"""

_LISTING = "cathartes.listing"


class CommandTable(TyperGroup):
    """A group whose commands come from `COMMANDS`, imported when called for."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands.update(
            {name: TyperCommand(name, help=entry.summary) for name, entry in COMMANDS.items()}
        )

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; for the list in the help, its summary is enough."""
        if cmd_name not in COMMANDS or ctx.meta.get(_LISTING, False):
            return super().get_command(ctx, cmd_name)
        return COMMANDS[cmd_name].load(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return name, command and the words after it; a name of two words goes first."""
        two = " ".join(args[:2])
        if len(args) > 1 and two in COMMANDS:
            return two, self.get_command(ctx, two), args[2:]
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help without importing every command."""
        ctx.meta[_LISTING] = True
        super().format_help(ctx, formatter)
