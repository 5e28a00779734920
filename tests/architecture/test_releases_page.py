"""The page about releases says what the rules of releases and answers say."""

from source_tree import REPOSITORY, SOURCE

from cathartes.casework.release import ReleaseState, Step, state_after
from cathartes.casework.release_rules import BINDING, UNDER_WAY
from cathartes.casework.response import FOLLOWS, OF_A_RECALL, Answer
from cathartes.casework.roles import Action
from cathartes.store.releases_part import ACTIONS

PAGE = (REPOSITORY / "docs/explanation/releases.md").read_text("utf-8")


def table(head):
    """Return the rows of the table that has this as its first cell."""
    lines = PAGE.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {head} |"))
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def words(told):
    return [one.strip() for one in told.split(",")]


def test_every_step_leads_from_where_it_can_to_where_it_does():
    rows = list(table("step"))
    assert [Step(row[0]) for row in rows] == list(Step)
    for step, before, after, asked in rows:
        possible = [one for one in ReleaseState if state_after(one, Step(step))]
        assert [ReleaseState(one) for one in words(before)] == possible
        assert {state_after(one, Step(step)) for one in possible} == {ReleaseState(after)}
        wanted = ACTIONS.get(Step(step)) or (Action.DRAFT_RELEASE if step == "redraft" else "")
        assert asked == wanted


def test_it_says_before_which_steps_all_is_checked_and_what_holds():
    assert {Step.SUBMIT, Step.APPROVE, Step.SEND} == BINDING
    assert "Before submitting, approving and sending alike" in PAGE
    held = ", ".join(one.value for one in ReleaseState if one in UNDER_WAY)
    assert held == "submitted, approved, sent, acknowledged"
    assert "while it is submitted, approved, sent or acknowledged" in PAGE


def test_every_answer_is_followed_by_what_can_follow():
    rows = list(table("answer"))
    assert [row[0] for row in rows] == ["none yet", *(one.value for one in Answer)]
    for (_, told), last in zip(rows, (None, *Answer), strict=True):
        wanted = [one.value for one in Answer if one in FOLLOWS[last]] or ["nothing"]
        assert words(told) == wanted
    told = " and ".join(f'"{one}"' for one in Answer if one in OF_A_RECALL)
    assert f"To a recall only {told} can be answered" in PAGE


def test_nothing_else_in_the_source_writes_releases():
    """One place alone, and three methods ask for it, each of which has asked `decide` before."""
    writing, asking = [], []
    for path in sorted(SOURCE.rglob("*.py")):
        source = path.read_text("utf-8")
        squeezed = "".join(source.split())
        name = path.relative_to(SOURCE).as_posix()
        if any(f"releases.{verb}(" in squeezed for verb in ("insert", "update", "delete")):
            writing.append(name)
        if "put_release(" in squeezed:
            asking.append((name, squeezed.count("put_release(connection,")))
        for statement in ("UPDATE releases", "INSERT INTO releases", "DELETE FROM releases"):
            assert statement not in source, name
    assert writing == ["store/releases_part.py"]
    assert asking == [("store/releases_part.py", 3), ("store/responses_part.py", 1)]
    part = (SOURCE / "store/releases_part.py").read_text("utf-8")
    assert part.count("releases.update(") == part.count("releases.insert(") == 1
    assert "update(releases)" not in "".join(p.read_text("utf-8") for p in SOURCE.rglob("*.py"))
