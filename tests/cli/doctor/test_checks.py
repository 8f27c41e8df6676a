"""What `planoai doctor` makes of the facts of a machine."""

from collections.abc import Mapping

import pytest
from msgspec import structs

from planoai.cli.doctor.checks import CHECKS, Finding, addresses, findings, shown, summary
from planoai.cli.doctor.facts import Certificate, Facts, Folder, Place, Variable
from planoai.cli.status.condition import Answer, Condition, Door
from planoai.config.load import Loaded, load
from planoai.process.status import Reloads

TEXT = """
version: v0.4.0
listeners:
  - {type: model, name: test, address: 127.0.0.1, port: 12345}
model_providers:
  - {model: openai/gpt-4o, access_key: $THE_KEY, default: true}
"""
DAY = 86400.0
GOOD, SILENT = Answer(200, 1.0), Answer(problem="no answer within 2 s")
HOME = Folder("/h", 0o700, writable=True, open_to_others=False, free=50_000_000_000)
NONE = Condition(state="stopped", home="/h", log="/h/plano.log")
RUNS = Condition(
    state="serving",
    home="/h",
    log="/h/plano.log",
    pid=7,
    started=1.0,
    uptime=61.0,
    config="/c.yaml",
    listeners=(Door("http://127.0.0.1:12345", "http://127.0.0.1:12345", GOOD, GOOD),),
)
PLACE = Place("https://api.openai.com", ("openai",), GOOD)


def facts(**changes: object) -> Facts:
    """A machine on which all is well, but for `changes`."""
    loaded = serving(TEXT)
    good = Facts(program="planoai", home=HOME, condition=NONE, file="/c.yaml", loaded=loaded)
    return structs.replace(good, **changes)


def serving(text: str) -> Loaded:
    return load(text, {"THE_KEY": "sk-that-nobody-sees"})


def unread(*problems: str, **changes: object) -> Facts:
    return facts(loaded=None, refused=problems, **changes)


def bad(given: Facts) -> list[tuple[str, str, str]]:
    return [(each.check, each.level, each.said) for each in findings(given) if each.level != "ok"]


WELL: Mapping[str, tuple[Facts, str]] = {
    "a home that is to be made": (facts(home=structs.replace(HOME, mode=None)), "/h is made by the first `planoai up`"),
    "a home that is there": (facts(), "/h is writable, and for its owner alone"),
    "any number of files": (facts(open_files=None), "any number in a process"),
    "enough files": (facts(open_files=65536), "65536 in a process"),
    "no config at all": (facts(file=""), "there is none here: `planoai up` serves every provider"),
    "a config": (facts(), "/c.yaml is valid"),
    "variables": (
        facts(variables=(Variable("A", "shell"), Variable("B", ".env"), Variable("C", "shell"))),
        "A, C: set in this shell",
    ),
    "variables beside the config": (facts(variables=(Variable("B", ".env"),)), "B: set in `.env`"),
    "keys": (facts(), "every provider that asks for a key has one"),
    "a certificate": (facts(certificates=(Certificate("/cert.pem", 90 * DAY),)), "/cert.pem is valid for 90 days"),
    "a free port": (facts(), "12345: can be had"),
    "a port of ours": (facts(condition=RUNS), "12345: served by the Plano that runs"),
    "no gateway": (facts(), "no Plano runs"),
    "a gateway": (facts(condition=RUNS), "it serves /c.yaml (pid 7, up 1 min 1 s)"),
    "one that starts": (facts(condition=structs.replace(RUNS, state="starting")), "it is starting (pid 7)"),
    "one that stops": (facts(condition=structs.replace(RUNS, state="draining")), "it is stopping (pid 7)"),
    "a way through a proxy": (
        facts(places=(structs.replace(PLACE, through="HTTPS_PROXY"),)),
        "requests to openai go through the one that HTTPS_PROXY names",
    ),
    "a provider": (facts(places=(PLACE,)), "openai: https://api.openai.com answers, after 1 ms"),
    "a provider that refuses whoever it does not know": (
        facts(places=(structs.replace(PLACE, answer=Answer(421, 1.0)),)),
        "openai: https://api.openai.com answers, after 1 ms",
    ),
    "a clock": (facts(places=(structs.replace(PLACE, ahead=-3.0),)), "that of this machine is right"),
    "an Ollama": (facts(local=1), "it runs on this machine with 1 model, and an entry `ollama/*` serves them"),
}


@pytest.mark.parametrize(("given", "said"), WELL.values(), ids=WELL)
def test_what_is_well_is_told_as_such(given: Facts, said: str) -> None:
    assert bad(given) == []
    assert said in shown(findings(given))


SHUT = structs.replace(RUNS.listeners[0], healthz=SILENT)
BAD: Mapping[str, tuple[Facts, tuple[str, str, str], str]] = {
    "a home that can not be written to": (
        facts(home=structs.replace(HOME, writable=False)),
        ("PLANO_HOME", "fail", "/h can not be written to"),
        "set PLANO_HOME",
    ),
    "a home that can not be made": (
        facts(home=structs.replace(HOME, writable=False, mode=None)),
        ("PLANO_HOME", "fail", "/h can not be made"),
        "set PLANO_HOME",
    ),
    "a home that others write to": (
        facts(home=structs.replace(HOME, mode=0o777, open_to_others=True)),
        ("PLANO_HOME", "warn", "others may write to /h: who can replace its folders can stop Plano and read its logs"),
        "chmod 700 /h",
    ),
    "a home that others look into": (
        facts(home=structs.replace(HOME, mode=0o755)),
        ("PLANO_HOME", "warn", "others may look into /h (0755)"),
        "chmod 700 /h",
    ),
    "a full disk": (
        facts(home=structs.replace(HOME, free=400_000_000)),
        ("disk", "warn", "0.4 GB are free for /h"),
        "make room",
    ),
    "few files": (
        facts(open_files=256),
        ("open files", "warn", "a process may have 256 files open: enough for 128 requests at a time"),
        "ulimit -Hn 65536",
    ),
    "one problem": (
        unread("c.yaml:1:1: x: is wrong"),
        ("config", "fail", "c.yaml:1:1: x: is wrong"),
        "",
    ),
    "two problems": (
        unread("c.yaml:1:1: x: is wrong", "c.yaml:2:1: y: is too"),
        ("config", "fail", "c.yaml:1:1: x: is wrong (the first of 2 problems)"),
        "`planoai validate /c.yaml`",
    ),
    "a key that is not served yet": (
        facts(loaded=structs.replace(serving(TEXT), unserved=("c.yaml:7:1: x: is not served by this version yet",))),
        ("not served yet", "fail", "c.yaml:7:1: x: is not served by this version yet"),
        "`planoai up` refuses the file",
    ),
    "a variable that is not set": (
        facts(variables=(Variable("A", ""),)),
        ("variables", "fail", "A is not set"),
        'export A="..."',
    ),
    "an empty variable": (
        facts(variables=(Variable("A", "shell", empty=True),)),
        ("variables", "warn", "A is set, and empty"),
        'export A="..."',
    ),
    "a provider without its key": (
        facts(loaded=serving(TEXT.replace("access_key: $THE_KEY, ", ""))),
        ("keys", "fail", "openai/gpt-4o has no key: every request for it gets a 500"),
        "`access_key: $OPENAI_API_KEY`",
    ),
    "a certificate that has ended": (
        facts(certificates=(Certificate("/cert.pem", -3 * DAY),)),
        ("certificates", "fail", "/cert.pem ended 3 d 0 h ago: clients refuse it"),
        "renew it",
    ),
    "a certificate that ends soon": (
        facts(certificates=(Certificate("/cert.pem", 3 * DAY),)),
        ("certificates", "warn", "/cert.pem ends in 3 d 0 h"),
        "renew it",
    ),
    "a certificate that does not say": (
        facts(certificates=(Certificate("/cert.pem", None),)),
        ("certificates", "warn", "/cert.pem does not tell how long it is valid"),
        "",
    ),
    "a port of somebody else": (
        facts(taken=("c.yaml:3:1: listeners[0]: it is taken",)),
        ("ports", "fail", "c.yaml:3:1: listeners[0]: it is taken"),
        "",
    ),
    "a gateway that was killed": (
        facts(condition=structs.replace(NONE, state="crashed", pid=7)),
        ("gateway", "warn", "no Plano runs, and the last one (pid 7) ended without stopping"),
        "/h/plano.log may say why",
    ),
    "a gateway that says nothing": (
        facts(condition=structs.replace(NONE, state="silent", elsewhere=True)),
        (
            "gateway",
            "warn",
            "one runs (in another container or on another machine) that has not said how it is",
        ),
        "/h/plano.log may say why",
    ),
    "a halted one": (
        facts(condition=structs.replace(RUNS, halted=True)),
        ("gateway", "fail", "its supervisor (pid 7) has been halted, and reacts to nothing"),
        "kill -CONT 7",
    ),
    "a listener that hangs": (
        facts(condition=structs.replace(RUNS, listeners=(SHUT,))),
        ("gateway", "fail", "http://127.0.0.1:12345: /healthz: no answer within 2 s; /readyz: 200 in 1.0 ms"),
        "`planoai up` starts it anew",
    ),
    "a config that has changed": (
        facts(condition=structs.replace(RUNS, changed=True)),
        ("gateway", "warn", "/c.yaml has changed since it was read"),
        "`planoai reload`",
    ),
    "a reload that was refused": (
        facts(condition=structs.replace(RUNS, reload=Reloads(1, 1, ("c.yaml:1:1: x: is wrong",)))),
        ("gateway", "warn", "the last reload was refused: c.yaml:1:1: x: is wrong"),
        "`planoai reload`",
    ),
    "a proxy that is none": (
        facts(proxies="HTTPS_PROXY is not the address of a proxy"),
        ("proxies", "fail", "HTTPS_PROXY is not the address of a proxy"),
        "",
    ),
    "a provider out of reach": (
        facts(places=(structs.replace(PLACE, answer=Answer(problem="cannot be reached: it refuses")),)),
        ("providers", "fail", "openai: https://api.openai.com cannot be reached: it refuses"),
        "the network and the proxies",
    ),
    "a slow clock": (
        facts(places=(structs.replace(PLACE, ahead=400.0),)),
        ("clock", "warn", "by that of the providers, the one of this machine is 6 min 40 s slow"),
        "set it",
    ),
    "a fast clock": (
        facts(places=tuple(structs.replace(PLACE, ahead=each) for each in (-90.0, -91.0, 0.0))),
        ("clock", "warn", "by that of the providers, the one of this machine is 1 min 30 s fast"),
        "set it",
    ),
}


MACHINES = [*(given for given, _ in WELL.values()), *(given for given, _, _ in BAD.values())]


@pytest.mark.parametrize(("given", "finding", "todo"), BAD.values(), ids=BAD)
def test_what_is_not_well_is_told_with_what_helps(given: Facts, finding: tuple[str, str, str], todo: str) -> None:
    assert bad(given) == [finding]
    [found] = [each for each in findings(given) if each.level != "ok"]
    assert todo in found.todo
    assert bool(todo) == bool(found.todo)
    mark = "✗" if found.level == "fail" else "!"
    assert any(line.startswith(mark) and line.endswith(found.said) for line in shown(findings(given)).splitlines())


def test_warnings_of_a_config_are_shown_unless_they_are_many() -> None:
    many = structs.replace(serving(TEXT), warnings=tuple(f"c.yaml:{line}:1: is odd" for line in range(1, 8)))
    said = [said for _, _, said in bad(facts(loaded=many))]
    assert said[0] == "c.yaml:1:1: is odd"
    assert said[-1] == "and 2 more warnings"
    assert len(said) == 6


def test_one_provider_with_a_wrong_clock_says_nothing_of_ours() -> None:
    places = tuple(structs.replace(PLACE, ahead=each) for each in (0.0, 5000.0, 1.0))
    assert bad(facts(places=places)) == []


def test_every_check_has_its_say_on_some_machine() -> None:
    told = {each.check for given in MACHINES for each in findings(given)}
    assert told == {check.name for check in CHECKS}


def test_no_value_of_a_variable_is_in_what_is_found() -> None:
    for given in MACHINES:
        assert "sk-that-nobody-sees" not in str(findings(given))


def test_findings_of_one_check_stand_under_its_name_once() -> None:
    found = [Finding("a", "ok", "one"), Finding("a", "fail", "two", "do"), Finding("bcd", "warn", "three")]
    assert shown(found).splitlines() == ["✓ a    one", "✗      two", "       → do", "! bcd  three"]
    assert summary(found) == "1 problem, 1 warning"
    assert summary(found[:1]) == "nothing is wrong"


def test_each_address_is_asked_once_for_all_that_is_there() -> None:
    text = """
version: v0.4.0
model_providers:
  - {model: openai/gpt-4o, access_key: k, default: true}
  - {model: openai/gpt-4o-mini, access_key: k}
  - {model: house/m, base_url: "https://api.openai.com/v9", provider_interface: openai}
  - {model: groq/*, access_key: k}
"""
    assert addresses(load(text, {}).config) == {
        "https://api.openai.com": ("openai", "house"),
        "https://api.groq.com": ("groq",),
    }
