"""A proof that was sealed is opened as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.seal import TRACE, Kind, Proof, opened, sealed

kinds = st.sampled_from(["signature", "encrypted", "redacted"])
proofs = st.builds(Proof, issuer=st.text(min_size=1), kind=kinds, value=st.text(), id=st.text())


@given(proofs)
def test_what_was_sealed_is_what_is_opened(proof: Proof) -> None:
    assert opened(sealed(proof)) == proof
    assert sealed(proof).encode().startswith(TRACE)


@given(proofs, st.text())
def test_the_value_may_follow_in_pieces(proof: Proof, more: str) -> None:
    head = sealed(Proof(proof.issuer, proof.kind, "", proof.id))

    assert head + proof.value == sealed(proof)
    assert opened(sealed(proof) + more) == Proof(proof.issuer, proof.kind, proof.value + more, proof.id)


def test_a_seal_reads_as_it_is_described() -> None:
    assert sealed(Proof("openai", "encrypted", "gAAA.b=", "rs_1")) == "plano1.openai.encrypted.rs_1.gAAA.b="
    assert sealed(Proof("my.own", "signature", "c2ln")) == "plano1.my%2Eown.signature..c2ln"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EqQBCkYIBxgC",
        "plano1.",
        "plano1.openai.encrypted.rs_1",
        "plano1.openai.guess.rs_1.gAAA",
        "plano1..signature..c2ln",
        "plano2.openai.encrypted.rs_1.gAAA",
        " plano1.openai.encrypted.rs_1.gAAA",
    ],
)
def test_what_is_not_ours_stays_closed(text: str) -> None:
    assert opened(text) is None


@given(st.text() | st.text().map("plano1.".__add__))
def test_no_text_makes_it_raise(text: str) -> None:
    proof = opened(text)

    assert proof is None or opened(sealed(proof)) == proof


@pytest.mark.parametrize("kind", ["signature", "encrypted", "redacted"])
def test_the_kind_tells_proofs_apart(kind: Kind) -> None:
    proof = opened(sealed(Proof("anthropic", kind, "x")))

    assert proof is not None
    assert proof.kind == kind
