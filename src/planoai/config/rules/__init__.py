"""The checks that need more than one struct; `planoai.config.check` has the table of them."""
