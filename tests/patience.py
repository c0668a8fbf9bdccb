"""How long a test waits for an event before it fails."""

PATIENCE = 240  # seconds: machines that run tests may have a tenth of a core
