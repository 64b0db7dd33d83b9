"""Sphinx settings: Markdown pages, built with warnings as errors."""

from importlib.metadata import version as installed_version

project = "Vigie"
author = "The Vigie authors"
copyright = "2026, the Vigie authors"  # noqa: A001 -- the name Sphinx asks for
release = version = installed_version("vigie")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
napoleon_google_docstring = False
autodoc_typehints = "description"
html_theme = "furo"
html_title = f"Vigie {version}"
html_static_path = ["_static"]
exclude_patterns = ["_build"]
nitpicky = False
