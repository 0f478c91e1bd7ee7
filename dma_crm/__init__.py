"""The frame of the product: settings, root urls, job registry, shared model bases."""

VERSION = "0.1.0"  # as in pyproject.toml and publiccode.yml
