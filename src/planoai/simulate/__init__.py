"""The simulated provider: real HTTP that answers as OpenAI, Azure, Anthropic and Bedrock do, without a model behind it.

It shares no code with the translations it tests. From the request to the bytes: `reading` (what is asked, strictly checked),
`answer` (a script, the same for every API), then `chat`, `messages`, `responses` or `converse` (the script in the API's words),
and `server` (delays, limits, cuts).
"""

from planoai.simulate.options import Options
from planoai.simulate.server import Simulator, simulating

__all__ = ["Options", "Simulator", "simulating"]
