"""Names by which the browser finds the parts of the page that a term of the formula lights up."""

DATA, IMAGE = "picture-of-data", "picture-of-x"


def place_of(path: str) -> str:
    """The class of the control at a path, as style sheets and scripts name it."""
    return f"control-of-{path.replace('.', '-')}"
