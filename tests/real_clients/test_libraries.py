"""Libraries and tools that speak the APIs of their vendors: a plain question and one tool, own and foreign upstream."""

import pytest

from tests.real_clients.case import PLAIN, TOOL, Case, parametrized
from tests.real_clients.conftest import Table
from tests.real_clients.libraries import LIBRARIES
from tests.real_clients.reading import assert_in_order, assert_nothing_failed, conversation, word

pytestmark = [pytest.mark.real_clients, pytest.mark.timeout(300)]

_FOREIGN = {"chat": "messages", "messages": "chat", "responses": "messages"}


def cases(does: str) -> list[Case]:
    return [
        Case(library.name, api, upstream, does)
        for library in LIBRARIES.values()
        for api in library.apis
        for upstream in (api, _FOREIGN[api])
    ]


@parametrized(cases(PLAIN))
async def test_the_user_reads_what_the_model_said(table: Table) -> None:
    asked, answer = word(), word()
    (table.desk.work / "note.txt").touch()
    ran = await LIBRARIES[table.case.client].ask(table, f"Do you know {asked}? [simulate text='It is {answer}.']")
    assert f"It is {answer}." in ran.told
    assert asked in conversation(table.asked[-1])
    assert_nothing_failed(table)


@parametrized([case for case in cases(TOOL) if case.client != "aider"])
async def test_a_tool_is_run_and_the_model_reads_what_came_of_it(table: Table) -> None:
    note = word()
    (table.desk.work / "note.txt").write_text(note)
    call = """[simulate call=read_note arguments='{"path": "note.txt"}']"""
    ran = await LIBRARIES[table.case.client].ask(table, f"Read the note. {call}")
    assert f'read_note answered "{note}".' in ran.told
    assert_in_order(table.asked[-1], "Read the note.", "note.txt", note)
    assert_nothing_failed(table)


@parametrized([case for case in cases(TOOL) if case.client == "aider"])
async def test_a_file_is_edited_as_the_model_said(table: Table) -> None:
    before, after = word(), word()
    note = table.desk.work / "note.txt"
    note.write_text(before)
    told = f"Write it. [simulate text='note.txt\n```\n{after}\n```\n']"
    ran = await LIBRARIES[table.case.client].ask(table, told)
    assert ran.told
    assert note.read_text().strip() == after
    assert before in conversation(table.asked[0])
    assert_nothing_failed(table)
