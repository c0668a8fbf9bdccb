"""What headers of instruments mean beside the numbers: right values by the formats' documents."""

import struct

import numpy as np
import pytest

from tests.data.read_whole import whole
from workbench import data
from workbench.refusal import Refusal

A = np.arange(60).reshape(3, 4, 5)


def test_blank_among_unsigned_numbers_and_null_in_a_table(tmp_path):
    """astropy with uint=False gives NaN for the one, Table a mask for the other."""
    from astropy.io import fits

    image = fits.PrimaryHDU((A[0] + 100).astype("u2"))
    image.header["BLANK"] = 105 - 2**15
    columns = [
        fits.Column("n", "J", null=-99, array=np.array([1, -99, 3])),
        fits.Column("v", "6E", dim="(3,2)", array=np.arange(18.0).reshape(3, 2, 3)),
        fits.Column("x", "5X", array=np.eye(3, 5, dtype=bool)),
    ]
    fits.HDUList([image, fits.BinTableHDU.from_columns(columns, name="T")]).writeto(tmp_path / "a.fits")
    with pytest.raises(Refusal, match=r"1 of 20 missing \(BLANK"):
        data.load_array(tmp_path / "a.fits", "0")
    with pytest.raises(Refusal, match="1 of 3 missing"):
        data.load_array(tmp_path / "a.fits", "T.n")
    whole(tmp_path / "a.fits", np.arange(18.0).reshape(3, 2, 3)[:, 1], "T.v[:, 1]")
    whole(tmp_path / "a.fits", np.eye(3, 5)[1] > 0, "T.x[1]")


def test_no_part_of_a_fits_file_hides_another(tmp_path):
    from astropy.io import fits

    parts = [fits.ImageHDU(A[0] + k, name="SCI", ver=2) for k in range(3)]
    fits.HDUList([fits.PrimaryHDU(), *parts]).writeto(tmp_path / "a.fits")
    for k, name in enumerate(("SCI", "SCI 2", "SCI 2 part 3")):
        whole(tmp_path / "a.fits", A[0] + k, name)


def test_axes_of_an_mrc_are_those_of_its_header(tmp_path):
    import mrcfile

    with mrcfile.new(tmp_path / "a.mrc", data=A.astype("f4")) as file:
        file.header.mapc, file.header.mapr, file.header.maps = 3, 1, 2
    loaded = whole(tmp_path / "a.mrc", A)
    assert data.contents(tmp_path / "a.mrc")[1][0].axes == ("y", "x", "z")
    assert "its axes are stored as (y, x, z)" in loaded.notes


@pytest.mark.parametrize(("flags", "wanted"), [(0, np.uint8), (1, np.int8)])
def test_bytes_of_imod_have_a_sign_where_its_flag_says_so(tmp_path, flags, wanted):
    """https://bio3d.colorado.edu/imod/doc/mrc_format.txt: imodStamp and imodFlags, bit 0."""
    import mrcfile

    mrcfile.new(tmp_path / "a.mrc", data=(A * 4).astype("u1").view("i1")).close()
    content = bytearray((tmp_path / "a.mrc").read_bytes())
    content[152:160] = struct.pack("<ii", 1146047817, flags)
    (tmp_path / "b.mrc").write_bytes(content)
    whole(tmp_path / "b.mrc", (A * 4).astype("u1").view(wanted))


def test_angles_of_an_mdoc_in_the_order_of_its_sections(tmp_path):
    import mrcfile

    mrcfile.new(tmp_path / "a.mrc", data=A.astype("f4")).close()
    sections = [f"[ZValue = {k}]\nTiltAngle = {angle}\nStageZ = 1" for k, angle in ((1, 0.5), (0, -60), (2, 60))]
    (tmp_path / "a.mrc.mdoc").write_text("PixelSpacing = 3.1\n\n" + "\n\n".join(sections))
    assert whole(tmp_path / "a.mrc", [-60, 0.5, 60], "angles").notes == ("from a.mrc.mdoc",)


def traces(path, interval: int, delays) -> None:
    import segyio

    spec = segyio.spec()
    spec.format, spec.samples, spec.tracecount = 5, np.arange(5), len(delays)
    with segyio.create(str(path), spec) as file:
        for k, delay in enumerate(delays):
            file.trace[k] = A[0, k].astype("f4")
            file.header[k] = {segyio.TraceField.DelayRecordingTime: delay, segyio.TraceField.TRACE_SAMPLE_INTERVAL: 0}
        file.bin.update(hdt=interval % 2**16 if interval < 2**15 else interval - 2**16)


def test_times_of_seismic_samples(tmp_path):
    traces(tmp_path / "a.sgy", 40_000, [100, 100])  # which segyio takes for 4 ms
    whole(tmp_path / "a.sgy", 100 + 40.0 * np.arange(5), "time")
    traces(tmp_path / "b.sgy", 2_000, [0, 8])
    whole(tmp_path / "b.sgy", [0, 8], "delay")
    assert "0 to 8 ms" in whole(tmp_path / "b.sgy", A[0, :2]).notes[0]
    traces(tmp_path / "c.sgy", 0, [0, 0])
    assert [found.name for found in data.contents(tmp_path / "c.sgy")[1]] == ["", "offset"]  # no step is told


@pytest.mark.parametrize(("interval", "revision", "step"), [(62, 2, 62.5), (0, 2, 62.5), (62, 1, 62.0)])
def test_the_long_step_of_seismic_samples_since_revision_2(tmp_path, interval, revision, step):
    traces(tmp_path / "a.sgy", interval, [0, 0])
    whole_file = bytearray((tmp_path / "a.sgy").read_bytes())
    whole_file[3272:3280], whole_file[3500:3502] = struct.pack(">d", 62.5), bytes((revision, 0))
    (tmp_path / "a.sgy").write_bytes(whole_file)
    whole(tmp_path / "a.sgy", step / 1000 * np.arange(5), "time")


@pytest.mark.parametrize(
    ("dtype", "line", "missing", "said"),
    [
        ("u2", "data ignore value = -9999", 0, ""),
        ("u1", "data ignore value = 65535", 0, ""),
        ("f4", "data ignore value = 7", 1, ""),
        ("i2", "data ignore value = none", 0, "no number"),
        ("i2", "data gain values = {1, 2, 3, 4, 5}", 0, "data gain values are not applied"),
        ("i2", "bbl = {1, 0, 1, 1, 0}", 0, "bad bands 1, 4 are kept"),
    ],
)
def test_what_an_envi_header_says_of_values(tmp_path, dtype, line, missing, said):
    (tmp_path / "a.img").write_bytes(A.astype(f"<{dtype}").tobytes())
    code = {"u1": 1, "i2": 2, "f4": 4, "u2": 12}[dtype]
    told = "ENVI\nsamples = 4\nlines = 3\nbands = 5\nfile type = ENVI Standard\nheader offset = 0\nbyte order = 0"
    (tmp_path / "a.hdr").write_text(f"{told}\ninterleave = bip\ndata type = {code}\n{line}\n")
    if missing:
        with pytest.raises(Refusal, match=f"{missing} of 60 missing"):
            data.load_array(tmp_path / "a.img")
    else:
        assert said in "; ".join(whole(tmp_path / "a.img", A).notes)
