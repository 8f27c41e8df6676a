"""`planoai signals`, asked as from a shell."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planoai.cli import main
from tests.signals.corpus import lines

DATA = Path(__file__).parents[2] / "data"
RUNS = DATA / "trajectories" / "tau_airline_gpt4o.openai.jsonl.gz"
DIALOGUES = DATA / "trajectories" / "tau_airline_fewshot.sharegpt.jsonl.gz"
REPORTS = DATA / "signals" / "expected.jsonl.gz"
LEAVES = b'{"id": %d, "messages": [{"from": "human", "value": "I want to speak to a human"}]}\n'


def asked(*words: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["signals", *words], input=stdin)


def test_a_replay_answers_line_by_line_and_says_nothing_else() -> None:
    given = b"\n".join(lines("conversations.jsonl.gz")[::200]) + b"\n{\n\n" + LEAVES % 7
    told = asked("replay", stdin=given)
    assert (told.exit_code, told.stderr) == (0, "")
    answers = [json.loads(each) for each in told.stdout_bytes.split(b"\n")[:-1]]
    assert answers[-2]["error"].startswith("input parse: ")
    assert answers[-1]["id"] == 7
    assert len(answers) == 22


def test_a_replay_is_set_by_its_options() -> None:
    given = LEAVES % 1 + b'{"id": 2, "messages": [{"from": "human", "value": "quit!!"}, {"from": "gpt", "value": "?"}]}'
    told = [json.loads(each)["report"] for each in asked("replay", "--window", "1", stdin=given).stdout.splitlines()]
    assert [each["interaction_signals"]["disengagement"]["count"] for each in told] == [1, 0]
    [native, _] = asked("replay", "--native", "--profile", "strict", stdin=given).stdout.splitlines()
    assert json.loads(native)["report"]["quality_score"] == 0
    assert asked("replay", "--window", "0").exit_code == 2
    assert asked("replay", "--profile", "severe").exit_code == 2


def test_there_may_be_nothing_to_replay() -> None:
    told = asked("replay")
    assert (told.exit_code, told.output) == (0, "")


def test_a_line_may_be_as_long_as_it_is() -> None:
    long = b'{"id": 1, "messages": [{"from": "system", "value": "%b"}]}\n' % (b"x" * 50_000_000)
    told = asked("replay", stdin=LEAVES % 0 + long + LEAVES % 2)
    assert [json.loads(each)["id"] for each in told.stdout.splitlines()] == [0, 1, 2]


def test_runs_are_surveyed_by_what_they_earned() -> None:
    told = asked("analyze", str(RUNS), "--by", "reward", "--top", "3")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.startswith("200 conversations\n")
    rows = {words[0]: words[1:] for words in map(str.split, told.stdout.splitlines()) if words}
    assert rows["conversations"] == ["116", "84"]
    assert " ".join(rows["execution.loops.parameter_drift"]) == "36 % [28, 45] 17 % [10, 26]"
    assert told.stdout.splitlines()[-4].split()[:2] == ["worth", "quality"]


def test_a_survey_is_json_where_it_is_asked_for() -> None:
    told = asked("analyze", str(DIALOGUES), "--json", "--top", "1")
    found = json.loads(told.stdout)
    assert found["conversations"] == len(gzip.decompress(DIALOGUES.read_bytes()).splitlines())
    assert len(found["worth_reading"]) == 1
    assert found["by"] == {}
    assert found["unread"] == {"count": 0, "first": []}


def test_stdin_is_surveyed_and_what_can_not_be_read_is_told_apart_from_the_results() -> None:
    told = asked("analyze", "-", stdin=LEAVES % 1 + b"{\n" + b'{"messages": [{"role": "nobody"}]}\n')
    assert told.exit_code == 0
    assert told.stdout.startswith("1 conversation\n")
    assert told.stderr.startswith("\n2 conversations could not be read:\n  line 2: ")
    assert "line 3: " in told.stderr


def test_the_api_can_be_said() -> None:
    body = json.dumps({"input": [{"role": "user", "content": "I want to speak to a human"}]}).encode()
    for api in ("auto", "openai_responses"):
        assert json.loads(asked("analyze", "-", "--api", api, "--json", stdin=body).stdout)["conversations"] == 1
    assert asked("analyze", "-", "--api", "sharegpt", stdin=b'{"messages": [{"from": 1}]}').exit_code == 1


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b"", "Error: there is no conversation in -\n"),
        (
            b"7\n",
            "Error: 1 conversation could not be read:\n  line 1: it is neither an object nor a list of messages\n",
        ),
        (b"PAR1", "Error: a Parquet file is read from its end: name the file instead of sending it to stdin\n"),
    ],
)
def test_where_nothing_can_be_read_the_exit_code_says_so(stdin: bytes, said: str) -> None:
    told = asked("analyze", "-", stdin=stdin)
    assert (told.exit_code, told.stdout, told.stderr) == (1, "", said)


def test_a_file_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere.jsonl")
    for words in (("analyze", nowhere), ("parity", nowhere, nowhere), ("analyze", str(tmp_path))):
        told = asked(*words)
        assert told.exit_code == 1
        assert told.stderr.startswith(f"Error: {words[1]} can not be used: ")


class TestParity:
    def test_files_that_say_the_same_agree(self, tmp_path: Path) -> None:
        backwards = tmp_path / "backwards.jsonl"
        backwards.write_bytes(b"\n".join(gzip.decompress(REPORTS.read_bytes()).split(b"\n")[::-1]))
        told = asked("parity", str(REPORTS), str(backwards))
        assert told.exit_code == 0
        assert "| C | and everything else | 3,813 | 3,813 | 100.00 |" in told.stdout

    def test_the_exit_code_is_1_where_tier_a_differs(self, tmp_path: Path) -> None:
        report = asked("replay", stdin=LEAVES % 1).stdout_bytes
        theirs = tmp_path / "theirs"
        theirs.write_bytes(report.replace(b"severe", b"poor"))
        told = asked("parity", "-", str(theirs), "--json", stdin=report)
        assert told.exit_code == 1
        assert json.loads(told.stdout)["agree"] == {"A": 0, "B": 0, "C": 0}
        assert json.loads(told.stdout)["differing"][0]["what"] == "quality: severe / poor"
        theirs.write_bytes(report.replace(b'"message_index":0', b'"message_index":1'))
        assert asked("parity", "-", str(theirs), "--show", "0", stdin=report).exit_code == 0

    def test_a_line_that_is_no_report_is_told_with_its_place(self) -> None:
        told = asked("parity", str(REPORTS), "-", stdin=b'\n{"id": 1}\n')
        assert (told.exit_code, told.stdout) == (1, "")
        assert told.stderr == "Error: -, line 2: it has neither `report` nor `error`\n"

    def test_stdin_can_not_be_both(self) -> None:
        assert asked("parity", "-", "-").exit_code == 2
