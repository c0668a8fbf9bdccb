"""The words of a command line that say an experiment."""
