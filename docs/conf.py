"""Sphinx: plain Markdown in, a site that asks nothing of the network out. `make docs` builds it."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import reference

project = "Parley"
author = "The Parley maintainers"
copyright = "The Parley maintainers, Apache-2.0"
version = release = installed("parley")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "img"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False

html_theme = "furo"
html_title = "Parley"
html_copy_source = False
html_show_sphinx = False
templates_path = []


def setup(app):
    """Write the generated pages before Sphinx reads the sources."""
    app.connect("builder-inited", lambda app: reference.write(Path(app.srcdir) / "generated"))
