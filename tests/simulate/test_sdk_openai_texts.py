"""Embeddings and completions, as OpenAI's own library reads them."""

import math

import httpx2
import pytest
from openai import AsyncOpenAI, BadRequestError

from planoai.simulate import Options, simulating


def client(url: str) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0)


async def test_embeddings_are_the_same_in_both_encodings_and_for_the_same_text() -> None:
    async with simulating() as url, client(url) as openai:
        packed = (await openai.embeddings.create(model="text-embedding-3-small", input=["a", "b", "a"])).data
        plain = await openai.embeddings.create(model="text-embedding-3-small", input="a", encoding_format="float")
    assert [each.index for each in packed] == [0, 1, 2]
    first, other, again = (each.embedding for each in packed)
    assert first == again != other
    assert len(first) == 1536
    assert math.isclose(math.hypot(*first), 1, rel_tol=1e-5)
    assert all(math.isclose(one, two, abs_tol=1e-6) for one, two in zip(first, plain.data[0].embedding, strict=True))
    assert plain.usage.prompt_tokens == plain.usage.total_tokens > 0


async def test_embeddings_of_fewer_dimensions_and_of_tokens() -> None:
    async with simulating() as url, client(url) as openai:
        short = await openai.embeddings.create(model="m", input=[1, 2, 3], dimensions=8)
        several = await openai.embeddings.create(model="m", input=[[1], [2]], dimensions=8)
    assert [len(each.embedding) for each in (*short.data, *several.data)] == [8, 8, 8]


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("embeddings", {"model": "m"}, "input"),
        ("embeddings", {"model": "m", "input": ""}, None),
        ("embeddings", {"model": "m", "input": []}, None),
        ("embeddings", {"model": "m", "input": [""]}, None),
        ("embeddings", {"model": "m", "input": ["a", 1]}, None),
        ("embeddings", {"model": "m", "input": "a", "encoding_format": "hex"}, "encoding_format"),
        ("embeddings", {"model": "m", "input": "a", "dimensions": 0}, "dimensions"),
        ("embeddings", {"model": "m", "input": "a", "messages": []}, "messages"),
        ("embeddings", {"input": "a"}, None),
        ("completions", {"prompt": "a"}, None),
        ("completions", {"model": "m", "prompt": []}, "prompt"),
        ("completions", {"model": "m", "prompt": "a", "max_tokens": 0}, "max_tokens"),
        ("completions", {"model": "m", "prompt": "a", "temperature": 3}, "temperature"),
        ("completions", {"model": "m", "prompt": "a", "messages": []}, "messages"),
        ("completions", {"model": "m", "prompt": "a", "stream_options": {}}, "stream_options"),
    ],
)
async def test_what_openai_would_refuse(path: str, body: dict[str, object], param: str | None) -> None:
    async with simulating() as url, client(url) as openai:
        with pytest.raises(BadRequestError) as refused:
            await openai.post(f"/{path}", body=body, cast_to=httpx2.Response)
    assert refused.value.param == param


async def test_a_completion_whole_and_as_a_stream() -> None:
    prompt = "Say it. [simulate text='All is well.']"
    async with simulating(Options(chunk=4)) as url, client(url) as openai:
        whole = await openai.completions.create(model="m", prompt=prompt)
        chunks = await openai.completions.create(
            model="m", prompt=prompt, stream=True, n=2, stream_options={"include_usage": True}
        )
        told = [chunk async for chunk in chunks]
    assert (whole.choices[0].text, whole.choices[0].finish_reason) == ("All is well.", "stop")
    for index in range(2):
        choices = [each for chunk in told for each in chunk.choices if each.index == index]
        assert "".join(each.text for each in choices) == "All is well."
        assert choices[-1].finish_reason == "stop"
    assert told[-1].usage == whole.usage


async def test_a_completion_is_short_unless_more_is_asked_for() -> None:
    prompt = f"Go on. [simulate text='{'word ' * 40}']"
    async with simulating() as url, client(url) as openai:
        short = (await openai.completions.create(model="m", prompt=prompt, echo=True)).choices[0]
        long = (await openai.completions.create(model="m", prompt=[prompt, prompt], max_tokens=200)).choices
    assert short.finish_reason == "length"
    assert short.text.startswith("Go on.")
    assert [each.finish_reason for each in long] == ["stop", "stop"]


async def test_errors_that_are_asked_for_and_paths_of_azure() -> None:
    async with simulating() as url, httpx2.AsyncClient(base_url=url) as http:
        head = {"x-simulate": "error=503"}
        failed = await http.post("/v1/embeddings", json={"model": "m", "input": "a"}, headers=head)
        assert (failed.status_code, failed.json()["error"]["type"]) == (503, "server_error")
        failed = await http.post("/v1/completions", json={"model": "m", "prompt": "a"}, headers=head)
        assert failed.status_code == 503
        azure = await http.post("/openai/deployments/mine/embeddings?api-version=x", json={"input": "a"})
        assert (azure.status_code, azure.json()["model"]) == (200, "mine")
        assert (await http.get("/v1/embeddings")).status_code == 405
