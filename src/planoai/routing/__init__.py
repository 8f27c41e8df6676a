"""Which model a request goes to. Pure: a name and the config in, a Plan out."""
