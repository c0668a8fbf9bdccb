"""The one exception a person's input can cause: what was wanted, what came, what to do."""


class Refusal(ValueError):
    """A request that cannot be met, as one sentence for the person who made it.

    The page shows it beside the control, the command line prints it and exits with 2.
    """

    def __init__(self, wanted: str, came: str, remedy: str) -> None:
        self.wanted, self.came, self.remedy = wanted, came, remedy
        super().__init__(f"wanted {wanted}, got {came}: {remedy}")

    def __reduce__(self) -> tuple:
        return type(self), (self.wanted, self.came, self.remedy)
