"""The page about roles says what `decide` does."""

import pytest
from source_tree import REPOSITORY

from cathartes.casework.roles import Action, Role, Subject, Thing, decide
from cathartes.casework.settlement import ReviewState

PAGE = REPOSITORY / "docs/explanation/roles.md"
OWN = Thing("me", authors=frozenset({"me"}), partner="office", is_told=True)
OTHERS = Thing("another", authors=frozenset({"another"}), partner="others", is_told=True)
SETTLED, OPEN = Thing(state=ReviewState.CONFIRMED), Thing(state=ReviewState.IN_REVIEW)


def rows():
    lines = PAGE.read_text("utf-8").splitlines()
    table = [line for line in lines if line.startswith("|") and line.count("|") == 8]
    head, _, *rest = ([cell.strip() for cell in line.strip("|").split("|")] for line in table)
    for action, *cells in rest:
        for role, cell in zip(head[1:], cells, strict=True):
            yield Action(action), Role(role), cell


def said_of(role, action):
    """Return how the page has to say what a role may do."""

    def may(thing):
        return decide(Subject("me", frozenset({role}), "office"), action, thing).allowed

    if not may(Thing()) and not may(SETTLED):
        return "no"
    if may(OWN) != may(OTHERS):
        return "own" if may(OWN) else "of others"
    if may(SETTLED) != may(OPEN) and action is Action.READ_VERDICTS:
        return "when settled"
    return "yes"


def test_every_role_and_action_is_there_once():
    found = [(action, role) for action, role, _ in rows()]
    assert sorted(found) == sorted((action, role) for action in Action for role in Role)


@pytest.mark.parametrize(("action", "role", "cell"), list(rows()), ids=str)
def test_it_says_what_is_decided(action, role, cell):
    assert cell == said_of(role, action)
