"""The frame of the product: settings, root urls, job registry, shared model bases."""
