"""What holds for everything."""

from msgspec import Struct

from planoai.config.kinds import Count, Duration, FilePath, Share


class Overrides(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for everything, unless an entry says otherwise. A key that is not known here is passed over with a warning.

    upstream_connect_timeout: until a connection to a provider stands, TLS included.
    upstream_tls_ca_path: file with the authorities whose certificates are believed of providers (PEM). Relative to the folder of this file. Unset,
        the authorities of this machine.
    prompt_target_intent_matching_threshold: how sure the model must be that a prompt asks for one of the `prompt_targets`. Unset, its own limit.
    optimize_context_window: shorten what is sent to the model that finds prompt targets.
    use_agent_orchestrator: an old form: the one entry of `endpoints` is an orchestrator of agents, and gets every prompt.
    disable_signals: tell nothing of conversations by their words.
    llm_routing_model: the model that finds the preference of a request.
    agent_orchestration_model: the model that chooses among the agents of a listener.
    orchestrator_model_context_length: how many tokens of a conversation these two are sent at most.
    """

    upstream_connect_timeout: Duration = 5.0
    upstream_tls_ca_path: FilePath | None = None
    prompt_target_intent_matching_threshold: Share | None = None
    optimize_context_window: bool = False
    use_agent_orchestrator: bool = False
    disable_signals: bool = False
    llm_routing_model: str = "Plano-Orchestrator"
    agent_orchestration_model: str = "Plano-Orchestrator"
    orchestrator_model_context_length: Count = 8192
