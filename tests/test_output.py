"""What the command line writes obeys nobody but the command line."""

from workbench.cli.output import complain, say


def test_names_of_files_give_a_terminal_no_orders(capsys):
    say("a\x1b[2J.nc\tb\nc\u00e4 \x9b")
    complain("x\x07 y")
    assert capsys.readouterr() == ("a\\x1b[2J.nc\tb\nc\u00e4 \\x9b\n", "workbench: x\\x07 y\n")
