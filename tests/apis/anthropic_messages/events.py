"""Events in any order, as no sane upstream sends them."""

from hypothesis import strategies as st
from msgspec import Raw

from planoai.conversation.event import (
    Cited,
    Ended,
    Event,
    Failed,
    Finished,
    KeptAlive,
    PartAdded,
    PartEnded,
    RefusalDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
    UsageTold,
)
from planoai.conversation.failure import Failure
from planoai.conversation.message import Audio, Citation, Image, Link, Opaque, RedactedThinking
from planoai.conversation.usage import Usage

texts = st.text(max_size=6)
keys = st.integers(0, 3)
counts = st.integers(0, 1000)
arguments = st.sampled_from(["", "{}", "{", "}", '{"a":1}', '"', " ", '{"a":', "1}", "\n"])
citations = st.builds(
    Citation,
    url=st.sampled_from([None, "https://example.com"]),
    raw=st.sampled_from([None, Raw(b'{"type":"page_location",\n"cited_text":"x"}')]),
    dialect=st.sampled_from([None, "openai_chat", "anthropic_messages"]),
)
parts = st.one_of(
    st.builds(RedactedThinking, texts),
    st.just(Image(Link("https://example.com/a.png"))),
    st.builds(Audio, st.just("wav"), st.just("AAAA"), st.sampled_from([None, "spoken"])),
    st.builds(
        Opaque,
        st.sampled_from(["openai_chat", "anthropic_messages"]),
        st.just("server_tool_use"),
        st.just(Raw(b'{"type":"server_tool_use",\r\n "id":"srvtoolu_1","name":"web_search","input":{}}')),
    ),
)
calls = st.builds(
    ToolStarted,
    keys,
    st.sampled_from(["", "toolu_1", "call:2", "é"]),
    st.sampled_from(["f", "g"]),
    custom=st.booleans(),
    extras=st.sampled_from([None, Raw(b'{"extra_content":{"a":\n1}}')]),
)
between: st.SearchStrategy[Event] = st.one_of(
    st.builds(Started, texts, texts),
    st.builds(TextDelta, texts),
    st.builds(RefusalDelta, texts),
    st.builds(ThinkingDelta, texts),
    st.builds(ThinkingSigned, st.sampled_from([None, "", "c2ln"])),
    st.builds(Cited, citations),
    calls,
    st.builds(ToolDelta, keys, arguments),
    st.builds(PartAdded, parts),
    st.just(PartEnded()),
    st.builds(UsageTold, st.builds(Usage, counts, counts, counts, counts, counts, counts)),
    st.builds(
        Finished, st.sampled_from(["stop", "length", "tool_calls", "refusal", "filtered", "malformed"]), st.none()
    ),
    st.just(KeptAlive()),
)
last: st.SearchStrategy[Event] = st.sampled_from([Ended(), Failed(Failure(502, "it went away"))])
