"""Numbers as text and sound: what a person sees in the table, and what wave and SciPy write."""

import wave

import numpy as np
import pytest

from tests.data.read_whole import whole
from workbench import data
from workbench.refusal import Refusal

TABLE = [[0, 1.5], [90, -2.25]]


@pytest.mark.parametrize(
    "text",
    [
        "0,1.5\n90,-2.25\n",
        "angle,value\n0,1.5\n90,-2.25",
        "Winkel;Wert\r\n0;1,5\r\n90;-2,25\r\n",
        "\ufeffangle\tvalue\n0\t1.5\n90\t-2.25\n",
        "# of a scanner\n  0   1.5\n 90  -2.25\n\n",
        '"angle","value"\n"0","1.5"\n"90","-2.25"\n',
        "0,1.5,\n90,-2.25,\n",
        "name,angle,value\nfirst,0,1.5\nsecond,90,-2.25\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_one_table_however_it_is_written(tmp_path, text, encoding):
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    loaded = whole(tmp_path / "a.csv", TABLE)
    assert "set apart by" in loaded.notes[0]
    assert ("hold words" in "; ".join(loaded.notes)) == ("first" in text)


def test_columns_have_names_and_angles_need_none(tmp_path):
    (tmp_path / "a.csv").write_text("theta [deg];counts/s\n0;1,5\n90;-2,25\n")
    whole(tmp_path / "a.csv", [0, 90], "theta  deg")
    whole(tmp_path / "a.csv", [1.5, -2.25], "counts s")
    (tmp_path / "a.rawtlt").write_text("-60.0\n0\n 60.5\n")
    whole(tmp_path / "a.rawtlt", [-60, 0, 60.5])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1,2\n3\n", "equally many values"),
        ('"1,000",2\n3,4\n', "a column of numbers, got '1,000' in row 0, column 0"),
        ("1+2j,3\n4,5\n", r"got '1\+2j'"),
        ("a,b\n1,\n2,3\n", "1 of 4 missing .empty cells"),
    ],
)
def test_what_is_no_whole_table_is_one_sentence(tmp_path, text, sentence):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(Refusal, match=sentence):
        data.load_array(tmp_path / "a.csv")


@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "f4"])
def test_sound_in_the_numbers_of_the_file(tmp_path, dtype):
    wavfile = pytest.importorskip("scipy.io.wavfile")
    values = (np.arange(40) * (3 if dtype != "f4" else 0.01)).astype(dtype)
    wavfile.write(tmp_path / "a.wav", 8000, values)
    whole(tmp_path / "a.wav", values)
    whole(tmp_path / "a.wav", np.arange(40) / 8000, "time")


def test_24_bits_are_no_256_times_as_large(tmp_path):
    pytest.importorskip("scipy")
    values = np.array([[-8388608, 1], [8388607, -2], [0, 300]])
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(2), file.setsampwidth(3), file.setframerate(44100)
        file.writeframes(b"".join(int(v).to_bytes(3, "little", signed=True) for v in values.ravel()))
    assert whole(tmp_path / "a.wav", values).notes == ("its samples have 24 bits, 44100 a second",)
    (tmp_path / "b.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:-4])
    with pytest.raises(Refusal, match="breaks off after 14 of 18 bytes"):
        data.load_array(tmp_path / "b.wav")
