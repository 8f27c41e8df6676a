"""Credentials that stand in what an upstream says."""

import pytest

from planoai.gateway.redaction import Redaction


@pytest.mark.parametrize(
    ("credentials", "said", "told"),
    [
        (["sk-of-ours"], "no sk-of-ours, sk-of-ours", "no [key], [key]"),
        (["of-a-part", "sk-of-a-part-and-more"], "no sk-of-a-part-and-more", "no [key]"),
        (["sk-of-ours", "sk-of-them"], "sk-of-ours sk-of-them", "[key] [key]"),
        (['sk/of"ours'], 'sk/of"ours sk/of\\"ours sk\\/of\\"ours', "[key] [key] [key]"),
        (["EMPTY", "", "none"], "EMPTY is none", "EMPTY is none"),
        ([], "sk-of-ours", "sk-of-ours"),
    ],
    ids=["one", "one in another", "two", "escaped", "words", "none"],
)
def test_a_credential_is_cut_out_however_it_is_written(credentials: list[str], said: str, told: str) -> None:
    redaction = Redaction(credentials)
    assert redaction.text(said) == told
    pairs = [(b"x-a", b"1"), (b"x-b", said.encode()), (b"x-c", b"a-value-that-is-long-enough")]
    assert redaction.headers(pairs) == [pairs[0], (b"x-b", told.encode()), pairs[2]]
    assert redaction.errors(b"data: " + said.encode() + b"\n\n") == b"data: " + told.encode() + b"\n\n"


OF_AN_ANSWER = {
    "chat": b'data: {"choices":[{"delta":{"content":"sk-of-ours"}}],"error": null}\n\n',
    "messages": b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"\\"error\\" sk-of-ours"}}\n\n',
    "responses": b'event: response.output_text.delta\r\ndata: {"type":"response.output_text.delta","delta":"sk-of-ours"}\r\n\r\n',
}
OF_AN_ERROR = {
    "an object": b'data: {"error":{"message":"sk-of-ours"}}\n\n',
    "a choice": b'data: {"choices":[{"finish_reason":"error","error":{"message":"sk-of-ours"}}]}\n\n',
    "a name": b'event: error\ndata: {"type":"?","message":"sk-of-ours"}\n\n',
    "vLLM's": b'data: {"object":"error","message":"sk-of-ours"}\n\n',
    "a list": b'data: ["sk-of-ours"]\n\n',
    "half of one": b'data: {"choices": "sk-of-ours',
}


@pytest.mark.parametrize("answer", OF_AN_ANSWER)
@pytest.mark.parametrize("error", OF_AN_ERROR)
def test_only_events_of_errors_are_changed(answer: str, error: str) -> None:
    said, failed = OF_AN_ANSWER[answer], OF_AN_ERROR[error]
    redaction = Redaction(["sk-of-ours"])
    assert redaction.errors(said) == said
    assert redaction.errors(said + failed) == said + failed.replace(b"sk-of-ours", b"[key]")
