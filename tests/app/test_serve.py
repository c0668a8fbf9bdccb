"""What a server is called by, and what it says before it is there."""

import socket

from workbench.app.serving import serve
from workbench.cli import main


def test_a_server_for_all_says_what_others_type_and_answers_to_it():
    here, *others = serve.addresses("0.0.0.0", 5006)
    assert here == "http://localhost:5006/"
    for address in others:
        name = address.removeprefix("http://").removesuffix(":5006/")
        assert name in serve._names("0.0.0.0") and not name.startswith("127.")
        socket.inet_aton(name)
    if socket.gethostbyname(socket.gethostname()).startswith("127."):
        return
    assert others


def test_a_server_for_this_machine_has_one_address():
    assert serve.addresses("localhost", 80) == ("http://localhost:80/",)
    assert serve.addresses("::1", 80) == ("http://[::1]:80/",)


def test_before_anything_is_loaded_a_line_says_what_takes_so_long(capsys, monkeypatch):
    said = []
    monkeypatch.setattr(serve, "serve", lambda *given: said.append(capsys.readouterr().out) or given[-1]("http://x/"))
    assert main(["serve", "--host", "0.0.0.0"]) == 0
    assert "compiled" in said[0]
    assert "Open http://x/" in capsys.readouterr().out
