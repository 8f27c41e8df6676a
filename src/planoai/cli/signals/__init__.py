"""`planoai signals`: the analyzer at work on files of conversations, without a gateway."""
