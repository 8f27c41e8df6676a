"""Listeners, workers and overrides with something wrong in them, and exactly what is said of it."""

import pytest

from tests.config.told import HEAD, problems

ORIGIN = (
    "must be `*` or an origin, scheme and host without a path, such as `https://app.example` or `http://localhost:3000`"
)
WORKERS = "must be a whole number from 1 to 256, or `auto`"
RETRIES = "must be a whole number from 0 to 10"
OVERRIDES = (
    "`upstream_connect_timeout`, `upstream_tls_ca_path`, `prompt_target_intent_matching_threshold`, `optimize_context_window`, "
    "`use_agent_orchestrator`, `disable_signals`, `llm_routing_model`, `agent_orchestration_model`, `orchestrator_model_context_length`"
)
PATH = "must be the path of a file, not what is in it"


def door(more: str) -> str:
    """A config with one listener; what `more` says of it begins in line 3, column 28."""
    return HEAD + f"listeners:\n  - {{type: model, name: a, {more}}}\n"


CASES = {
    "no workers": (HEAD + "workers: 0\n", f"2:10: workers: {WORKERS}, not '0'"),
    "too many workers": (HEAD + "workers: 257\n", f"2:10: workers: {WORKERS}, not '257'"),
    "half a worker": (HEAD + "workers: 1.5\n", f"2:10: workers: {WORKERS}, not '1.5'"),
    "workers by another word": (HEAD + "workers: max\n", f"2:10: workers: {WORKERS}, not 'max'"),
    "a list of workers": (HEAD + "workers: [2]\n", "2:10: workers: must be a whole number or `auto`, not a list"),
    "fewer tries than none": (door("max_retries: -1"), f"3:41: listeners[0].max_retries: {RETRIES}, not '-1'"),
    "too many tries": (door("max_retries: 11"), f"3:41: listeners[0].max_retries: {RETRIES}, not '11'"),
    "tries that are a flag": (door("max_retries: true"), f"3:41: listeners[0].max_retries: {RETRIES}, not 'true'"),
    "a drain without a unit": (
        door("shutdown_timeout: 30"),
        "3:46: listeners[0].shutdown_timeout: must be a duration with its unit, such as `250ms`, `5s`, `2m` or `1h`, not '30'",
    ),
    "a client key that is no list": (
        door("client_keys: abc"),
        "3:41: listeners[0].client_keys: must be a list, not text",
    ),
    "client keys that are none": (
        door("client_keys: []"),
        "3:41: listeners[0].client_keys: must hold a key at least; leave it out to serve anyone who can connect",
    ),
    "client keys with nothing": (
        door("client_keys: "),
        "3:41: listeners[0].client_keys: must hold a key at least; leave it out to serve anyone who can connect",
    ),
    "a client key that is empty": (
        door("client_keys: ['']"),
        "3:42: listeners[0].client_keys[0]: is empty; leave it out where no key is needed",
    ),
    "a client key of blanks": (
        door("client_keys: [a-key-that-is-long, '  ']"),
        "3:62: listeners[0].client_keys[1]: is empty; leave it out where no key is needed",
    ),
    "a client key with nothing": (
        door("client_keys: [~]"),
        "3:42: listeners[0].client_keys[0]: must be a credential, not nothing",
    ),
    "a client key with a space": (
        door("client_keys: [a key that is long]"),
        "3:42: listeners[0].client_keys[0]: has a space in it, which a bearer token can not have",
    ),
    "a client key with a line break": (
        door('client_keys: ["a-key\\nof-two-lines"]'),
        "3:42: listeners[0].client_keys[0]: has a line break or another character in it that a header can not carry",
    ),
    "a client key that is not set": (
        door("client_keys: [$NOPE]"),
        "3:42: listeners[0].client_keys[0]: the variable NOPE is not set; `export NOPE=...` in the shell, or write NOPE=... in `.env` beside the config",
    ),
    "a client key twice": (
        door("client_keys: [a-key-that-is-long, another-that-is-long, ' a-key-that-is-long']"),
        "3:84: listeners[0].client_keys[2]: is the same key as client_keys[0]",
    ),
    "a certificate without its key": (door("tls: {cert: a.pem}"), "3:33: listeners[0].tls: `key` is missing"),
    "a key without its certificate": (door("tls: {key: a.pem}"), "3:33: listeners[0].tls: `cert` is missing"),
    "tls that is a flag": (
        door("tls: true"),
        "3:33: listeners[0].tls: must be a mapping of `cert`, `key`, not yes or no",
    ),
    "tls with nothing": (
        door("tls: "),
        "3:33: listeners[0].tls: must be a mapping of `cert`, `key`; leave it out to serve plain HTTP",
    ),
    "a certificate with another key": (
        door("tls: {cert: a, key: b, ca: c}"),
        "3:51: listeners[0].tls.ca: unknown key; there is 'cert', 'key'",
    ),
    "a path that is empty": (
        door("tls: {cert: '', key: b}"),
        "3:40: listeners[0].tls.cert: is empty; write the path of a file, or leave it out",
    ),
    "a path that is a number": (
        door("tls: {cert: 4711, key: b}"),
        "3:40: listeners[0].tls.cert: must be text; put quotes around it",
    ),
    "an address that is a number": (
        door("address: 1"),
        "3:37: listeners[0].address: must be text; put quotes around '1'",
    ),
    "a certificate in place of its path": (
        door('tls: {cert: "-----BEGIN CERTIFICATE-----\\nMIIB", key: b}'),
        f"3:40: listeners[0].tls.cert: {PATH}",
    ),
    "a path from home": (
        door("tls: {cert: ~/a.pem, key: b}"),
        "3:40: listeners[0].tls.cert: must not begin with `~`; write `$HOME`",
    ),
    "origins that are no list": (
        door("cors: {allow_origins: '*'}"),
        "3:50: listeners[0].cors.allow_origins: must be a list, not text",
    ),
    "cors that is a list": (
        door("cors: ['*']"),
        "3:34: listeners[0].cors: must be a mapping of `allow_origins`, not a list",
    ),
    "cors that allows nobody": (
        door("cors: {allow_origins: []}"),
        "3:50: listeners[0].cors.allow_origins: must hold an origin at least; leave `cors` out to allow none",
    ),
    "cors without origins": (door("cors: {}"), "3:34: listeners[0].cors: `allow_origins` is missing"),
    "a time to connect without a unit": (
        HEAD + "overrides: {upstream_connect_timeout: 5}\n",
        "2:39: overrides.upstream_connect_timeout: must be a duration with its unit, such as `250ms`, `5s`, `2m` or `1h`, not '5'",
    ),
    "authorities that are a list": (
        HEAD + "overrides: {upstream_tls_ca_path: [a]}\n",
        "2:35: overrides.upstream_tls_ca_path: must be a path, not a list",
    ),
    "overrides that are a list": (
        HEAD + "overrides: [a]\n",
        f"2:12: overrides: must be a mapping of {OVERRIDES}, not a list",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_said_once_at_its_place(case: str) -> None:
    text, said = CASES[case]
    assert problems(text) == [f"config.yaml:{said}"]


@pytest.mark.parametrize(
    "origin",
    [
        "a.example",
        "https://",
        "https://a.example/",
        "https://a.example/chat",
        "https://a.example?x",
        "https://*.a.example",
        "https://a.example:99999",
        "https://bücher.example",
        "null",
        "",
        "1://a",
    ],
)
def test_what_no_browser_sends_as_an_origin_is_said(origin: str) -> None:
    assert problems(door(f"cors: {{allow_origins: ['*', '{origin}']}}")) == [
        f"config.yaml:3:56: listeners[0].cors.allow_origins[1]: {ORIGIN}, not {origin!r}"
    ]


def test_a_client_key_that_can_not_be_read_hides_no_other_problem_of_the_list() -> None:
    found = problems(door("client_keys: ['', a b, a-key-that-is-long]"))
    assert [problem.split(": ")[1] for problem in found] == [
        "listeners[0].client_keys[0]",
        "listeners[0].client_keys[1]",
    ]
