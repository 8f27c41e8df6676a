"""Proofs of thinking in Anthropic's two fields for them, `signature` and `data`, which Chat's `thinking_blocks` have as well.

In Anthropic's own API its own proofs go as they are; any other is sealed, and in Chat, where nobody is at home, every one whose issuer is known.
"""

from collections.abc import Container

from msgspec import structs

from planoai.apis.seal import Proof, opened, sealed
from planoai.conversation.message import Part, RedactedThinking, Thinking
from planoai.conversation.request import Request


def signature_of(thinking: Thinking, home: str = "") -> str | None:
    """What a client finds under `signature`, in the API of the provider `home`.

    None where there is no proof, or none that could be told from a signature.
    """
    if thinking.signature:
        if thinking.issuer in ("", home):  # nobody knows who issued what came unmarked
            return thinking.signature
        return sealed(Proof(thinking.issuer, "signature", thinking.signature))
    if thinking.encrypted and thinking.issuer:
        return sealed(Proof(thinking.issuer, "encrypted", thinking.encrypted, thinking.id or ""))
    return None


def data_of(redacted: RedactedThinking, home: str = "") -> str:
    """What a client finds under `data`, in the API of the provider `home`."""
    if redacted.issuer in ("", home):
        return redacted.data
    return sealed(Proof(redacted.issuer, "redacted", redacted.data))


def read_signature(text: str, signature: str | None) -> Thinking:
    """What a client sends back. Whoever encrypts a thought lets a summary of it be seen."""
    proof = opened(signature or "")
    if proof is None:
        return Thinking(text, signature or None)
    if proof.kind == "encrypted":
        return Thinking(text, encrypted=proof.value, id=proof.id or None, summary=True, issuer=proof.issuer)
    return Thinking(text, proof.value, issuer=proof.issuer)


def read_data(data: str) -> RedactedThinking:
    proof = opened(data)
    return RedactedThinking(data) if proof is None else RedactedThinking(proof.value, proof.issuer)


def may_go(issuer: str, proofs: Container[str]) -> bool:
    """Whether a proof of `issuer` is worth anything to an upstream that checks those of `proofs`."""
    return not issuer or issuer in proofs


def whose(part: Thinking | RedactedThinking) -> str:
    """What is said of thinking that does not go on: `thinking of amazon_bedrock`."""
    kind = "thinking" if isinstance(part, Thinking) else "redacted thinking"
    if part.issuer:
        return f"{kind} of {part.issuer}"
    return kind if isinstance(part, RedactedThinking) else "thinking without a signature"


def proven(request: Request, proofs: Container[str]) -> Request:
    """The request with such thinking only as an upstream that checks `proofs` may be sent. The very same object where there is no other."""
    foreign = [any(_is_foreign(part, proofs) for part in message.parts) for message in request.messages]
    if not any(foreign):
        return request
    messages = (
        structs.replace(message, parts=tuple(part for part in message.parts if not _is_foreign(part, proofs)), paths=())
        if holds
        else message
        for message, holds in zip(request.messages, foreign, strict=True)
    )
    return structs.replace(request, messages=tuple(messages))


def _is_foreign(part: Part, proofs: Container[str]) -> bool:
    return isinstance(part, Thinking | RedactedThinking) and not may_go(part.issuer, proofs)
