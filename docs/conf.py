"""Settings of the documentation site: sphinx-build -W -b html docs out."""

import sys
from pathlib import Path

import decaylr

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "decaylr"
author = "decaylr developers"
release = decaylr.__version__
project_copyright = "decaylr developers"
language = "en"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "myst_parser",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "reference",  # docs/_ext: the pages of all public names
    "curve_gallery",  # docs/_ext: a picture of every curve and recipe
    "llms",  # docs/_ext: llms.txt
    "repository_links",  # docs/_ext: links to files that are not pages
]
exclude_patterns = ["_ext", "examples/gallery", "**/GALLERY_HEADER.md"]
suppress_warnings = ["config.cache"]  # sphinx-gallery's settings hold functions

# -- Markdown
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

# -- docstrings
autodoc_mock_imports = [
    "dask", "distributed", "duckdb", "jax", "keras", "mlx", "optax", "paddle", "plotly",
    "tensorflow", "tf_keras", "thinc", "torch", "transformers", "xarray", "zarr",
]  # fmt: skip
autodoc_typehints = "none"  # the docstrings state the types
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
default_role = "py:obj"

# -- scripts with their pictures
sphinx_gallery_conf = {
    "examples_dirs": "examples/gallery",
    "gallery_dirs": "_examples",
    "filename_pattern": r"\.py$",
    "download_all_examples": False,
    "show_signature": False,
    "remove_config_comments": True,
    "abort_on_example_error": True,
    "min_reported_time": 600,
    "write_computation_times": False,
}

# -- HTML
html_theme = "pydata_sphinx_theme"
html_title = "decaylr"
html_static_path = ["_static"]
html_css_files = ["decaylr.css"]
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {key: [] for key in ("index", "tutorial", "gallery")}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
