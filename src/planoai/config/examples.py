"""Parts of configs for the reference page, by the path of the section that shows them. Each is served as it stands, once the rest is there."""

EXAMPLES = {
    "listeners[]": """
# Open to the network, over TLS, to those who have one of two keys.
listeners:
  - type: model
    name: models
    port: 8443
    tls: {cert: certs/models.pem, key: certs/models.key}
    client_keys: [$TEAM_A_KEY, $TEAM_B_KEY]
    max_retries: 2
""",
    "model_providers[]": """
model_providers:
  - model: openai/gpt-4o              # one model of a provider
    access_key: $OPENAI_API_KEY
    default: true
  - model: anthropic/*                # all models of a provider
    access_key: $ANTHROPIC_API_KEY
  - model: openrouter/*               # each client sends its own key
    passthrough_auth: true
  - model: ollama/llama3.1            # on this machine
    base_url: http://127.0.0.1:11434
  - model: house/llama-70b            # a server of your own that speaks the API of OpenAI
    name: big
    base_url: https://vllm.example/serving/v1
    provider_interface: openai
    access_key: $HOUSE_KEY
    headers: {x-team: platform}
    timeouts: {first_byte: 90s}
""",
    "model_aliases.<name>": """
model_aliases:
  fast: {target: openai/gpt-4o-mini}
  careful: {target: anthropic/claude-sonnet-4-5}
model_providers:
  - {model: openai/*, access_key: $OPENAI_API_KEY}
  - {model: anthropic/*, access_key: $ANTHROPIC_API_KEY}
""",
    "overrides": """
overrides:
  upstream_connect_timeout: 2s
  upstream_tls_ca_path: certs/company.pem
""",
}
