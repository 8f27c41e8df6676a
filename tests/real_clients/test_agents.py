"""Claude Code and Codex: a plain question, a command they run, and a conversation of three turns."""

import re

import pytest

from tests.real_clients.agents import AGENTS
from tests.real_clients.case import CONTEXT, PLAIN, SESSION, TOOL, Case, parametrized
from tests.real_clients.conftest import Table
from tests.real_clients.reading import assert_in_order, assert_nothing_failed, conversation, members, word
from tests.sdk.apis import UPSTREAMS

pytestmark = [pytest.mark.real_clients, pytest.mark.timeout(300)]


def cases(does: str) -> list[Case]:
    return [Case(agent.name, agent.api, upstream, does) for agent in AGENTS.values() for upstream in UPSTREAMS]


@parametrized(cases(PLAIN))
async def test_the_user_reads_what_the_model_said(table: Table) -> None:
    asked, answer = word(), word()
    ran = await AGENTS[table.case.client].ask(table, f"Do you know {asked}? [simulate text='It is {answer}.']")
    assert f"It is {answer}." in ran.told
    assert asked in conversation(table.asked[-1])
    assert_nothing_failed(table)


@parametrized(cases(TOOL))
async def test_a_command_is_run_and_the_model_reads_what_came_of_it(table: Table) -> None:
    agent, note = AGENTS[table.case.client], word()
    (table.desk.work / "note.txt").write_text(note)
    ran = await agent.ask(table, f"Read the note. {agent.shell('cat note.txt')}")
    assert_in_order(table.asked[-1], "Read the note.", "cat note.txt", note)
    assert note in ran.told  # the simulated model quotes what tools answer
    assert_thoughts_came_back(table)
    assert_nothing_failed(table)


@parametrized(cases(SESSION))
async def test_the_third_turn_has_all_of_the_first_two(table: Table) -> None:
    agent, note = AGENTS[table.case.client], word()
    first, second, third, answer, last = (word() for _ in range(5))
    (table.desk.work / "note.txt").write_text(note)
    await agent.ask(table, f"Remember {first}. [simulate text='I keep {answer}.']")
    await agent.ask(table, f"Read {second}. {agent.shell('cat note.txt')}", again=True)
    ran = await agent.ask(table, f"And {third}? [simulate text='It was {last}.']", again=True)
    assert f"It was {last}." in ran.told
    said = (f"Remember {first}.", f"I keep {answer}.", f"Read {second}.", "cat note.txt", note)
    assert_in_order(table.asked[-1], *said, 'answered "', note, f"And {third}?")
    assert_nothing_failed(table)


@parametrized([Case("Claude Code", "messages", upstream, CONTEXT) for upstream in UPSTREAMS])
async def test_the_tokens_of_each_part_are_counted(table: Table) -> None:
    ran = await AGENTS[table.case.client].ask(table, "/context")
    counted = dict(re.findall(r"^\| ([A-Z][\w ]+) \| ([\d.]+k?) \|", ran.told, re.MULTILINE))
    assert {"System prompt", "Messages"} <= counted.keys()
    assert "0" not in counted.values()
    assert ("POST /v1/messages/count_tokens", 200) in table.house.requests()
    assert_nothing_failed(table)


def assert_thoughts_came_back(table: Table) -> None:
    """With the proof that the upstream gave, and as it was: the simulated one would refuse another. Chat has none."""
    signed = list(members(table.asked[-1], "signature", "encrypted_content"))
    assert all(not proof.startswith("plano") for proof in signed)
    assert bool(signed) is (table.case.upstream != "chat")
