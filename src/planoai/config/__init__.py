"""The operator's YAML file: its shape (`schema`), its reading (`load`), and what only the whole file shows (`check`). Pure."""
