"""Streams cut at very many places. They run what other tests run, some hundred thousand times: nobody measures their coverage."""
