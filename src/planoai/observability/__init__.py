"""What happened, as values, and where it goes: the worker ships facts, the recorder makes something of them."""
