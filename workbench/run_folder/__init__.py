"""A folder of saved runs: what they are of, their tags, their pictures; found without opening a file twice."""

from workbench.run_folder.listing import descriptions, matching, path_of, summaries, tags_in
from workbench.run_folder.places import FOLDER, delete, keep, made, new_place, usual_folder
from workbench.run_folder.query import ORDERS, Query
from workbench.run_folder.run_export import export
from workbench.run_folder.run_summary import RunSummary
from workbench.run_folder.run_tags import RunTags, tag
from workbench.run_folder.thumbnail import thumbnails

__all__ = [
    "FOLDER", "ORDERS", "Query", "RunSummary", "RunTags", "delete", "descriptions", "export", "keep", "made",
    "matching", "new_place", "path_of", "summaries", "tag", "tags_in", "thumbnails", "usual_folder",
]  # fmt: skip
