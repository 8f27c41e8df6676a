"""A conversation in, behavioural signals out: that it goes in circles, that somebody is annoyed, that a tool lets it down. No model is asked."""
