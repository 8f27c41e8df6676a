"""OpenAI's Responses API, which Codex speaks."""
