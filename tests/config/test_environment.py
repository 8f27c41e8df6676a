"""What a file leaves to the environment beyond the variables that it names."""

import pytest

from planoai.config.load import load
from planoai.config.schema import Aws, Config
from tests.config.told import HEAD, problems


def config(text: str, **environ: str) -> Config:
    return load(text, environ).config


def test_a_version_may_come_from_a_variable() -> None:
    text = """version: $V
model_providers:
  - {model: openai/a, default: true, routing_preferences: [{name: code, description: write code}]}
"""
    old, new = load(text, {"V": "v0.3.0"}), load(text, {"V": "v0.4.0"})
    assert old.config.version == new.config.version == "v0.4.0"
    assert (len(old.config.routing_preferences), len(new.config.routing_preferences)) == (1, 0)
    (problem,) = problems("version: $V\n", V="sk-0123456789")
    assert "not '$V'" in problem


COLLECTOR = {"OTEL_TRACING_GRPC_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    ("tracing", "collector"),
    [
        ("{random_sampling: 100}", "http://127.0.0.1:4318"),
        ("{random_sampling: 5, opentracing_grpc_endpoint: }", "http://127.0.0.1:4318"),
        ("{random_sampling: 5, opentracing_grpc_endpoint: 'http://h:1'}", "http://h:1"),
        ("{random_sampling: 0}", None),
        ("{random_sampling: }", None),
        ("{trace_arch_internal: true}", None),
        ("", None),
    ],
)
def test_where_traces_go_may_be_said_by_the_environment(tracing: str, collector: str | None) -> None:
    read = config(HEAD + f"tracing: {tracing}\n", **COLLECTOR)
    assert read.tracing.opentracing_grpc_endpoint == collector


def test_a_collector_that_the_environment_says_wrongly_is_told_where_tracing_stands() -> None:
    (problem,) = problems(HEAD + "tracing: {random_sampling: 1}\n", OTEL_TRACING_GRPC_ENDPOINT="localhost:4317")
    assert problem.startswith("config.yaml:2:10: tracing.opentracing_grpc_endpoint: the scheme must be http")
    assert not config(HEAD + "tracing: {random_sampling: 0}\n", OTEL_TRACING_GRPC_ENDPOINT="x").tracing.random_sampling


def test_a_providers_row_may_take_headers_from_the_environment() -> None:
    text = HEAD + "model_providers: [{model: chatgpt/*}]\n"
    assert config(text, CHATGPT_ACCOUNT_ID="acc").model_providers[0].headers == {"chatgpt-account-id": "acc"}
    assert config(text).model_providers[0].headers == {}
    own = HEAD + "model_providers: [{model: chatgpt/*, headers: {ChatGPT-Account-Id: mine}}]\n"
    assert config(own, CHATGPT_ACCOUNT_ID="acc").model_providers[0].headers == {"chatgpt-account-id": "mine"}


AWS = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "of-aws", "AWS_REGION": "eu-west-1"}


def signing(entry: str, **environ: str) -> Aws | None:
    return config(HEAD + f"model_providers: [{{model: {entry}}}]\n", **environ).model_providers[0].aws


def test_the_environment_may_hold_keys_to_sign_with() -> None:
    bedrock = "amazon_bedrock/*, base_url: 'http://localhost'"
    assert signing(bedrock, **AWS) == Aws(access_key_id="AKIA1", secret_access_key="of-aws", region="eu-west-1")
    assert signing(bedrock, **AWS, AWS_SESSION_TOKEN="lent") == Aws(
        access_key_id="AKIA1", secret_access_key="of-aws", session_token="lent", region="eu-west-1"
    )
    assert signing(bedrock, AWS_ACCESS_KEY_ID="AKIA1") is None
    assert signing("openai/a", **AWS) is None


def test_what_the_environment_holds_for_a_vendor_is_not_for_a_server_that_speaks_like_it() -> None:
    assert signing("house/a, base_url: 'http://h', provider_interface: amazon_bedrock", **AWS) is None
    text = HEAD + "model_providers: [{model: house/a, base_url: 'http://h', provider_interface: chatgpt}]\n"
    assert config(text, CHATGPT_ACCOUNT_ID="acc").model_providers[0].headers == {}


@pytest.mark.parametrize("more", ["access_key: k", "passthrough_auth: true", "headers: {authorization: Bearer k}"])
def test_the_environments_keys_are_for_an_entry_that_has_none(more: str) -> None:
    assert signing(f"amazon_bedrock/*, base_url: 'http://localhost', {more}", **AWS) is None


@pytest.mark.parametrize(
    ("host", "written", "region"),
    [
        ("localhost", "", "eu-west-1"),
        ("bedrock-runtime.us-east-1.amazonaws.com", "", None),  # the host tells it
        ("bedrock-runtime.us-east-1.amazonaws.com", ", region: us-west-2", "us-west-2"),
        ("localhost:4000', http_host: 'bedrock-runtime.us-east-1.amazonaws.com", "", None),
    ],
)
def test_a_region_is_that_of_the_entry_then_of_its_host_then_of_the_environment(
    host: str, written: str, region: str | None
) -> None:
    keys = f"aws: {{access_key_id: $AWS_ACCESS_KEY_ID, secret_access_key: mine{written}}}"
    aws = signing(f"amazon_bedrock/*, base_url: 'https://{host}', {keys}", **AWS)
    assert aws == Aws(access_key_id="AKIA1", secret_access_key="mine", region=region)


def test_keys_that_are_written_must_lead_to_a_region() -> None:
    text = (
        HEAD
        + "model_providers:\n  - {model: amazon_bedrock/*, base_url: 'http://localhost', aws: {access_key_id: a, secret_access_key: b}}\n"
    )
    (problem,) = problems(text)
    assert problem == (
        "config.yaml:3:66: model_providers[0].aws: the region is not known: neither the host of `base_url` nor $AWS_REGION tells it; "
        "write `region`"
    )
    assert load(text, {"AWS_REGION": "eu-west-1"}).warnings
    assert signing("amazon_bedrock/*, base_url: 'http://localhost'", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")


@pytest.mark.parametrize(
    ("more", "name", "value"),
    [
        ("base_url: $WHERE", "$WHERE", "ftp://h"),
        ("base_url: ' ${WHERE}'", "${WHERE}", "planted-1f0a"),
        ("access_key: $WHERE", "$WHERE", "two\nlines"),
    ],
)
def test_of_a_value_that_is_not_told_it_is_told_where_it_comes_from(more: str, name: str, value: str) -> None:
    (problem,) = problems(f"{HEAD}model_providers:\n  - model: openai/a\n    {more}\n", WHERE=value)
    assert problem.endswith(f"; it comes from {name}")
    assert value not in problem


def test_a_collector_of_the_environment_that_is_none_is_told_to_be_from_there() -> None:
    (problem,) = problems(f"{HEAD}tracing: {{random_sampling: 5}}\n", OTEL_TRACING_GRPC_ENDPOINT="nowhere")
    assert problem.endswith("; it comes from $OTEL_TRACING_GRPC_ENDPOINT")
