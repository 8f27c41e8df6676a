"""What the vendors say outside an answer: headers, error bodies, the wording of a refusal. One vendor a file."""

from planoai.simulate.vendors.reply import Allowance, Reply

__all__ = ["Allowance", "Reply"]
