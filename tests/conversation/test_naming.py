"""Flat names: every tool has one of its own, and is found again by it."""

import tracemalloc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from planoai.conversation.message import Message, Text, ToolCall, ToolResult
from planoai.conversation.naming import callable_only, called, flat_names, flattened
from planoai.conversation.request import CustomTool, FunctionTool, HostedTool, Request, Tool, ToolChoice, WebSearch

names = st.sampled_from(["read", "write", "git__read", "r" * 64]) | st.text(max_size=70)
groups = st.none() | st.sampled_from(["git", "files", "git__read", "g" * 64]) | st.text(max_size=70)
tools = st.builds(FunctionTool, name=names, namespace=groups) | st.builds(CustomTool, name=names, namespace=groups)


def request(*offered: Tool, messages: tuple[Message, ...] = (), choice: ToolChoice | None = None) -> Request:
    return Request("m", messages, "openai_responses", tools=offered, tool_choice=choice)


def named(*offered: Tool) -> list[str]:
    return [tool.name for tool in flattened(request(*offered)).tools if isinstance(tool, FunctionTool | CustomTool)]


def test_a_group_is_named_only_where_two_tools_would_be_called_the_same() -> None:
    assert named(FunctionTool("read", namespace="git"), CustomTool("write", namespace="git")) == ["read", "write"]
    assert named(FunctionTool("read", namespace="git"), FunctionTool("read", namespace="files")) == [
        "git__read",
        "files__read",
    ]
    assert named(FunctionTool("read", namespace="git"), FunctionTool("read")) == ["git__read", "read"]


def test_a_name_that_is_too_long_keeps_its_end() -> None:
    first, second = named(
        FunctionTool("read_file", namespace="a" * 80), FunctionTool("read_file", namespace="b" + "a" * 79)
    )

    assert first != second
    assert len(first) == len(second) == 64
    assert first.endswith("a__read_file")


def test_a_name_with_its_group_is_not_that_of_another_tool() -> None:
    offered = (FunctionTool("git__read"), FunctionTool("read", namespace="git"), FunctionTool("read"))

    plain, grouped, own = named(*offered)
    assert (plain, own) == ("git__read", "read")
    assert grouped not in (plain, own)


@given(st.lists(tools, max_size=8))
def test_no_two_tools_are_called_the_same(offered: list[FunctionTool | CustomTool]) -> None:
    flat = flat_names(offered)

    assert len(set(flat.values())) == len(flat) == len({(tool.namespace, tool.name) for tool in offered})
    assert all(flat[None, tool.name] == tool.name for tool in offered if tool.namespace is None)
    assert all(len(name) <= 64 for name in flat.values() if name not in {tool.name for tool in offered})


@given(st.lists(tools, max_size=8, unique_by=lambda tool: (tool.namespace, tool.name)))
def test_a_tool_is_found_again_by_the_name_it_was_given(offered: list[FunctionTool | CustomTool]) -> None:
    asked = request(*offered)

    found = called(asked)
    assert [
        found[tool.name] for tool in flattened(asked).tools if isinstance(tool, FunctionTool | CustomTool)
    ] == offered


def test_what_has_no_groups_stays_the_very_same() -> None:
    history = (Message("user", (Text("hi"),)), Message("assistant", (ToolCall("c", "read"),)))
    asked = request(FunctionTool("read"), WebSearch(), messages=history)

    assert flattened(asked) is asked
    assert called(None) == {}


def test_calls_in_the_history_go_by_the_names_of_the_tools() -> None:
    calls = (
        ToolCall("1", "read", namespace="git"),
        ToolCall("2", "read", namespace="files"),
        ToolCall("3", "gone", namespace="git"),
        ToolCall("4", "plain", namespace="gone"),
        ToolCall("5", "plain"),
    )
    result = Message("tool", (ToolResult("1", (Text("x"),)),))
    asked = request(
        FunctionTool("read", namespace="git"),
        FunctionTool("read", namespace="files"),
        FunctionTool("plain"),
        HostedTool("openai_responses", "image_generation", Raw(b"{}")),
        messages=(Message("assistant", (Text("so"), *calls)), result),
    )

    flat = flattened(asked)
    assert flat.messages[0].parts == (
        Text("so"),
        ToolCall("1", "git__read"),
        ToolCall("2", "files__read"),
        ToolCall("3", "gone"),
        ToolCall("4", "gone__plain"),
        ToolCall("5", "plain"),
    )
    assert flat.messages[1] is result
    assert flat.tools[3] is asked.tools[3]


def test_a_call_of_a_group_that_is_no_longer_offered_loses_it_too() -> None:
    asked = request(messages=(Message("assistant", (ToolCall("1", "read", namespace="git"),)),))

    assert flattened(asked).messages[0].parts == (ToolCall("1", "read"),)


def test_a_tool_that_is_chosen_is_chosen_by_its_flat_name() -> None:
    offered = (FunctionTool("read", namespace="git"), FunctionTool("read", namespace="files"), FunctionTool("write"))

    def chosen(choice: ToolChoice, *more: Tool) -> ToolChoice | None:
        return flattened(request(*offered, *more, choice=choice)).tool_choice

    assert chosen(ToolChoice("named", "write")) == ToolChoice("named", "write")
    assert chosen(ToolChoice("named", "read")) == ToolChoice("named", "git__read")
    assert chosen(ToolChoice("named", "read"), FunctionTool("read")) == ToolChoice("named", "read")
    assert chosen(ToolChoice("named", "nobody")) == ToolChoice("named", "nobody")
    assert chosen(ToolChoice("auto", allowed=("write", "read"))) == ToolChoice(
        "auto", allowed=("write", "git__read", "files__read")
    )
    assert chosen(ToolChoice("auto", allowed=("read", "read"))) == ToolChoice(
        "auto", allowed=("git__read", "files__read")
    )
    assert chosen(ToolChoice("required")) == ToolChoice("required")


@pytest.mark.parametrize(
    "asked",
    [
        request(
            *(FunctionTool(f"f{place}") for place in range(60_000)),
            messages=(Message("assistant", (ToolCall("1", "f0", namespace="gone"),) * 60_000),),
        ),
        request(
            *(FunctionTool(f"f{place}", namespace="git") for place in range(60_000)),
            choice=ToolChoice("auto", allowed=tuple(f"f{place}" for place in range(60_000))),
        ),
        request(
            *(FunctionTool("read", namespace=f"g{place}") for place in range(2000)),
            choice=ToolChoice("auto", allowed=("read",) * 60_000),
        ),
    ],
    ids=["calls", "allowed", "alike"],
)
@pytest.mark.timeout(60)
def test_very_many_tools_are_named_in_one_pass(asked: Request) -> None:
    """It took minutes when it grew with the square of them."""
    assert len(flattened(asked).tools) == len(asked.tools)


def test_what_an_answer_is_told_by_holds_nothing_of_the_body() -> None:
    tracemalloc.start()
    try:
        body = msgspec.json.encode({"said": "x" * 5_000_000, "schema": {"type": "object"}})
        raw = msgspec.json.decode(body, type=dict[str, Raw])
        asked = Request(
            "m",
            (Message("user", (Text("hi"),)),),
            "openai_responses",
            tools=(
                FunctionTool("read", "d", raw["schema"], namespace="git"),
                CustomTool("write", "d", raw["schema"]),
                HostedTool("openai_responses", "image_generation", raw["schema"]),
            ),
            include=("x",),
            extras={"more": raw["schema"]},
        )
        kept = callable_only(asked)
        del body, raw, asked
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()
    assert kept.include == ("x",)
    assert called(kept) == {"read": FunctionTool("read", namespace="git"), "write": CustomTool("write")}
