"""DICOM built tag by tag: what stands in the pixels is known, and so is what the tags make of it."""

import io

import numpy as np
import pytest

from tests.data.conftest import RAMP, in_units, opened
from workbench import data
from workbench.refusal import Refusal

pydicom = pytest.importorskip("pydicom")
imagecodecs = pytest.importorskip("imagecodecs")

from pydicom import uid  # noqa: E402
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset  # noqa: E402
from pydicom.encaps import encapsulate  # noqa: E402
from pydicom.sequence import Sequence  # noqa: E402

STORED = (20 * RAMP + 500).astype(np.uint16)
FRAMES = np.stack([STORED, STORED + 40, STORED + 80])


def item(**tags) -> Dataset:
    made = Dataset()
    for name, value in tags.items():
        setattr(made, name, Sequence([value]) if isinstance(value, Dataset) else value)
    return made


def dicom(path, pixels, syntax=uid.ExplicitVRLittleEndian, **tags):
    """A file with these pixels; tags that are data sets are sequences of one."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = uid.CTImageStorage, syntax
    meta.MediaStorageSOPInstanceUID = uid.generate_uid(entropy_srcs=[str(path)])
    made = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    made.SOPClassUID, made.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    shape = pixels.shape if isinstance(pixels, np.ndarray) else tags.pop("shape")
    size = pixels.dtype if isinstance(pixels, np.ndarray) else np.dtype(tags.pop("dtype"))
    bits = tags.pop("bits", 8 * size.itemsize)
    colour = shape[-1] == 3
    made.Modality, made.PhotometricInterpretation = "CT", "RGB" if colour else "MONOCHROME2"
    made.SamplesPerPixel, (made.Rows, made.Columns) = 3 if colour else 1, shape[-3:-1] if colour else shape[-2:]
    if colour:
        made.PlanarConfiguration = 0
    if len(shape) - colour > 2:
        made.NumberOfFrames = shape[0]
    made.BitsAllocated, made.BitsStored, made.HighBit = 8 * size.itemsize, bits, bits - 1
    made.PixelRepresentation = int(size.kind == "i")
    for name, value in tags.items():
        setattr(made, name, Sequence([value]) if isinstance(value, Dataset) else value)
    content = pixels.astype(size.newbyteorder("<")).tobytes() if isinstance(pixels, np.ndarray) else encapsulate(pixels)
    made.PixelData = content + b"\0" * (len(content) % 2)
    made["PixelData"].VR = "OB" if syntax.is_encapsulated or size.itemsize == 1 else "OW"
    made.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4"])
def test_every_type_is_rescaled(tmp_path, dtype):
    stored = (RAMP - 60 * (dtype[0] == "i")).astype(dtype)
    path = dicom(tmp_path / "x.dcm", stored, RescaleSlope="0.5", RescaleIntercept="-7")
    opened(path, stored * 0.5 - 7)
    opened(dicom(tmp_path / "y.dcm", stored), stored)


@pytest.mark.parametrize(
    ("tags", "slope", "intercept", "words"),
    [
        ({"RescaleSlope": 2, "RescaleIntercept": -1024}, 2, -1024, "to Hounsfield units by slope 2"),
        ({"RescaleSlope": None, "RescaleIntercept": -1024}, 1, -1024, "its rescale slope is empty or missing"),
        ({"RescaleSlope": 2, "RescaleIntercept": None}, 2, 0, "its rescale intercept is empty or missing"),
        ({"RescaleSlope": 2}, 2, 0, "its rescale intercept is empty or missing"),
        ({"RescaleIntercept": 5}, 1, 5, "its rescale slope is empty or missing"),
        ({"RescaleSlope": 2, "RescaleIntercept": 0, "RescaleType": "OD"}, 2, 0, "rescaled to OD by"),
        ({"Modality": "MR", "RescaleSlope": 3, "RescaleIntercept": 1}, 3, 1, "rescaled by slope 3"),
        ({"Modality": "RTDOSE", "DoseGridScaling": "0.001", "DoseUnits": "GY"}, 0.001, 0, "scaled to Gy by 0.001"),
        ({"Modality": "RTDOSE", "DoseGridScaling": None}, 1, 0, ""),
        ({"PhotometricInterpretation": "MONOCHROME1"}, 1, 0, "meant to look bright"),
    ],
)
def test_slopes_intercepts_and_doses(tmp_path, tags, slope, intercept, words):
    loaded = opened(dicom(tmp_path / "x.dcm", STORED, **tags), slope * STORED.astype(float) + intercept)
    assert words in "; ".join(loaded.notes)


@pytest.mark.parametrize(
    ("tags", "suggested", "others"),
    [
        ({"WindowCenter": 40, "WindowWidth": 400}, (-160, 240), ""),
        ({"WindowCenter": [40, 300], "WindowWidth": [400, 1500]}, (-160, 240), "(-450, 1050)"),
        ({"WindowCenter": None, "WindowWidth": None}, None, ""),
        ({"WindowCenter": 40, "WindowWidth": None}, None, ""),
        ({"WindowCenter": 40}, None, ""),
        ({"WindowCenter": 40, "WindowWidth": 0}, None, ""),
        ({"WindowCenter": [40, 50], "WindowWidth": [0, 20]}, (40, 60), ""),
    ],
)
def test_windows(tmp_path, tags, suggested, others):
    path = dicom(tmp_path / "x.dcm", STORED, RescaleSlope=1, RescaleIntercept=-1024, **tags)
    notes = "; ".join(opened(path, STORED.astype(float) - 1024).notes)
    assert others in notes
    if suggested is None:
        assert "suggests" not in notes
        with pytest.raises(Refusal, match="a window that the file suggests"):
            data.load(path, window="suggested")
    else:
        assert f"the file suggests window=({suggested[0]}, {suggested[1]})" in notes
        loaded = data.load_described(path, window="suggested")
        assert loaded.limits == suggested
        low, high = suggested
        wanted = ((STORED.astype(float) - 1024 - low) / (high - low)).clip(0, 1)
        np.testing.assert_allclose(loaded.tensor[0, 0].numpy(), wanted, atol=1e-6)


def enhanced(name: str, slope: float, intercept: float, kind: str, **window) -> Dataset:
    """A functional group."""
    scale = item(RescaleSlope=slope, RescaleIntercept=intercept, RescaleType=kind)
    return item(**{name: scale}, **({"FrameVOILUTSequence": item(**window)} if window else {}))


@pytest.mark.parametrize(("modality", "kind"), [("CT", "HU"), ("MR", "US"), ("PT", "BQML")])
def test_enhanced_frames_have_their_own_scale_and_window(tmp_path, modality, kind):
    name = "PixelValueTransformationSequence"
    shared = enhanced(name, 2, -1024, kind, WindowCenter=40, WindowWidth=400)
    path = dicom(tmp_path / "x.dcm", FRAMES, Modality=modality, SharedFunctionalGroupsSequence=shared)
    for k in range(3):
        loaded = opened(path, 2.0 * FRAMES[k] - 1024, f"[{k}]")
        assert "the file suggests window=(-160, 240)" in loaded.notes
        assert ("Hounsfield" in "; ".join(loaded.notes)) == (modality == "CT")
    each = [enhanced(name, k + 1, -100.0 * k, kind, WindowCenter=k, WindowWidth=2) for k in range(3)]
    path = dicom(tmp_path / "y.dcm", FRAMES, PerFrameFunctionalGroupsSequence=Sequence(each),
                 SharedFunctionalGroupsSequence=shared, RescaleSlope=77, RescaleIntercept=77)  # fmt: skip
    for k in range(3):
        loaded = opened(path, (k + 1.0) * FRAMES[k] - 100 * k, f"[{k}]")
        assert f"the file suggests window=({k - 1}, {k + 1})" in loaded.notes


def test_real_world_values_where_there_is_no_other_scale(tmp_path):
    units = item(CodeValue="mm2/s", CodeMeaning="Square millimetre per second")
    mapping = item(RealWorldValueSlope=0.5, RealWorldValueIntercept=3.0, MeasurementUnitsCodeSequence=units)
    path = dicom(tmp_path / "x.dcm", STORED, RealWorldValueMappingSequence=mapping)
    assert "Square millimetre per second by slope 0.5" in "; ".join(opened(path, 0.5 * STORED + 3).notes)
    shared = item(RealWorldValueMappingSequence=mapping)
    opened(dicom(tmp_path / "y.dcm", FRAMES, SharedFunctionalGroupsSequence=shared), 0.5 * FRAMES[2] + 3, "[2]")


def test_a_table_of_values_is_applied(tmp_path):
    table = item(LUTDescriptor=[4, 0, 16], LUTData=np.array([0, 10, 100, 1000], "<u2").tobytes(), ModalityLUTType="OD")
    path = dicom(tmp_path / "x.dcm", (RAMP % 4).astype(np.uint8), ModalityLUTSequence=table)
    opened(path, np.array([0, 10, 100, 1000])[RAMP % 4])


@pytest.mark.parametrize("count", [2, 3, 4])
def test_frames_are_slices_and_never_colours(tmp_path, count):
    path = dicom(tmp_path / "x.dcm", np.stack([STORED + k for k in range(count)]))
    with pytest.raises(Refusal, match=r'such as variable="\[\d\]", of its axes \(frame, y, x\)'):
        data.load(path)
    opened(path, STORED + 1, "[1]")
    opened(path, STORED[4:5] + np.arange(count)[:, None], "[:, 4]")


GAPS = np.zeros(STORED.shape, bool)
GAPS[3:7, 4:15] = True


@pytest.mark.parametrize(
    ("dtype", "tags", "marks"),
    [
        ("i2", {"PixelPaddingValue": -2000}, [-2000]),
        ("u2", {"PixelPaddingValue": 63536}, [63536]),
        ("i2", {"PixelPaddingValue": -2000, "PixelPaddingRangeLimit": -1990}, [-2000, -1995, -1990]),
        ("i2", {"PixelPaddingValue": -1990, "PixelPaddingRangeLimit": -2000}, [-2000, -1995, -1990]),
    ],
)
def test_padding_is_never_data(tmp_path, dtype, tags, marks):
    stored = STORED.astype(dtype)
    stored[GAPS] = np.resize(marks, GAPS.sum())
    for extra, variable in (({}, None), ({"frames": 2}, "[1]")):
        frames = extra.pop("frames", 0)
        pixels = np.stack([stored] * frames) if frames else stored
        path = dicom(tmp_path / "x.dcm", pixels, RescaleSlope=1, RescaleIntercept=-1024, **tags)
        loaded = data.load_described(path, variable)
        assert np.array_equal(loaded.gaps[0, 0].numpy(), GAPS)
        low = float(STORED[~GAPS].min()) - 1024
        np.testing.assert_allclose(in_units(loaded)[0], np.where(GAPS, low, STORED.astype(float) - 1024), atol=0.01)
        assert f"{GAPS.sum()} of 480 values are missing (PixelPaddingValue" in "; ".join(loaded.notes)


def test_padding_whose_sign_was_lost(tmp_path):
    """Written as an unsigned number in the explicit encoding, where pydicom takes it as it stands."""
    stored = np.where(GAPS, -2000, STORED.astype(np.int16)).astype(np.int16)
    path = dicom(tmp_path / "x.dcm", stored, PixelPaddingValue=-2000)
    content = path.read_bytes()
    assert content.count(b"\x28\x00\x20\x01SS\x02\x00\x30\xf8") == 1
    (tmp_path / "y.dcm").write_bytes(content.replace(b"\x28\x00\x20\x01SS", b"\x28\x00\x20\x01US"))
    assert np.array_equal(data.load_described(tmp_path / "y.dcm").gaps[0, 0].numpy(), GAPS)


@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian])
@pytest.mark.parametrize("cut", [132, "meta"])
def test_without_a_preamble_or_a_header(tmp_path, syntax, cut):
    path = dicom(tmp_path / "x.dcm", STORED, syntax, RescaleSlope=2, RescaleIntercept=-1024)
    content = path.read_bytes()
    if cut == "meta":
        cut = 144 + int.from_bytes(content[140:144], "little")
    (tmp_path / "bare").write_bytes(content[cut:])
    opened(tmp_path / "bare", 2 * STORED.astype(float) - 1024)


def test_a_big_endian_file_of_pydicom_and_its_twin():
    same = [
        pydicom.data.get_testdata_file(f"MR_small{end}.dcm", download=False) for end in ("", "_bigendian", "_implicit")
    ]
    first, *others = (data.load_described(path) for path in same)
    for other in others:
        assert np.array_equal(other.tensor, first.tensor) and other.limits == first.limits


COLOURS = np.stack([RAMP, RAMP + 40, 200 - RAMP], -1).astype(np.uint8)


def encoded(codec: str, pixels: np.ndarray) -> bytes:
    made = {
        "jpeg": lambda: imagecodecs.jpeg8_encode(pixels, level=98),
        "jpeg12": lambda: imagecodecs.jpeg8_encode(pixels, level=98, bitspersample=12),
        "ljpeg": lambda: imagecodecs.ljpeg_encode(pixels, bitspersample=8 * pixels.itemsize),
        "jpegls": lambda: imagecodecs.jpegls_encode(pixels),
        "jpeg2000": lambda: imagecodecs.jpeg2k_encode(pixels, codecformat="j2k", reversible=True, level=0),
        "htj2k": lambda: imagecodecs.htj2k_encode(pixels, reversible=True),
    }[codec]
    return made()


@pytest.mark.parametrize(
    ("codec", "syntax", "dtype", "room"),
    [
        ("jpeg", uid.JPEGBaseline8Bit, "u1", 0.02),
        ("jpeg12", uid.JPEGExtended12Bit, "u2", 0.01),
        ("ljpeg", uid.JPEGLosslessSV1, "u1", 0),
        ("ljpeg", uid.JPEGLosslessSV1, "u2", 0),
        ("ljpeg", uid.JPEGLossless, "u2", 0),
        ("jpegls", uid.JPEGLSLossless, "u1", 0),
        ("jpegls", uid.JPEGLSLossless, "u2", 0),
        ("jpeg2000", uid.JPEG2000Lossless, "u1", 0),
        ("jpeg2000", uid.JPEG2000Lossless, "u2", 0),
        ("htj2k", uid.HTJ2KLossless, "u2", 0),
    ],
)
def test_compressed_frames(tmp_path, codec, syntax, dtype, room):
    frames = [(RAMP + 9 * k).astype(dtype) * (1 if dtype == "u1" else 20) for k in range(2)]
    bits = {"u1": 8, "u2": 12 if codec == "jpeg12" else 16}[dtype]
    options = {"shape": (2, 20, 24), "dtype": dtype, "bits": bits, "RescaleSlope": 2, "RescaleIntercept": -100}
    path = dicom(tmp_path / "x.dcm", [encoded(codec, f) for f in frames], syntax, **options)
    for k in range(2):
        opened(path, 2.0 * frames[k] - 100, f"[{k}]", room=room or 1e-5)


@pytest.mark.parametrize(("codec", "syntax"), [("jpegls", uid.JPEGLSLossless), ("ljpeg", uid.JPEGLossless)])
def test_signed_numbers_in_codecs_that_know_none(tmp_path, codec, syntax):
    stored = (300 * RAMP - 12000).astype(np.int16)
    path = dicom(tmp_path / "x.dcm", [encoded(codec, stored.view(np.uint16))], syntax, shape=stored.shape, dtype="i2")
    opened(path, stored)


@pytest.mark.parametrize(("codec", "syntax"), [("jpegls", uid.JPEGLSLossless), ("htj2k", uid.HTJ2KLossless)])
def test_compressed_colours(tmp_path, codec, syntax):
    path = dicom(tmp_path / "x.dcm", [encoded(codec, COLOURS)], syntax, shape=COLOURS.shape, dtype="u1")
    opened(path, np.moveaxis(COLOURS, -1, 0))


def test_a_frame_that_disagrees_with_its_header(tmp_path):
    path = dicom(tmp_path / "x.dcm", [encoded("jpegls", STORED)], uid.JPEGLSLossless, shape=(20, 20), dtype="u2")
    with pytest.raises(Refusal, match="frames of JPEG-LS"):
        data.load(path)


def test_a_compression_without_a_codec_names_the_package(tmp_path, monkeypatch):
    from pydicom.pixels import get_decoder

    from workbench.data.readers import dicom_codecs

    path = dicom(tmp_path / "x.dcm", [encoded("jpegls", STORED)], uid.JPEGLSLossless, shape=STORED.shape, dtype="u2")
    dicom_codecs._add_plugins()
    monkeypatch.setattr(get_decoder(uid.JPEGLSLossless), "_available", {})
    with pytest.raises(Refusal, match=r"a package that decodes JPEG-LS .* install gdcm or pyjpegls or pylibjpeg"):
        data.load(path)
    video = dicom(tmp_path / "v.dcm", [b"\0\0"], uid.MPEG2MPML, shape=STORED.shape, dtype="u1")
    with pytest.raises(Refusal, match="pixels in a known encoding"):
        data.load(video)


def test_planes_one_behind_another_and_brightness_with_differences(tmp_path):
    planes = np.moveaxis(COLOURS, -1, 0).copy()
    path = dicom(tmp_path / "x.dcm", COLOURS, PlanarConfiguration=1)
    content = path.read_bytes()
    path.write_bytes(content.replace(COLOURS.tobytes(), planes.tobytes()))
    opened(path, planes)
    from pydicom.pixels import convert_color_space

    different = convert_color_space(COLOURS, "RGB", "YBR_FULL")
    path = dicom(tmp_path / "y.dcm", different, PhotometricInterpretation="YBR_FULL")
    opened(path, planes, room=0.01)


def test_a_stream_is_recognised_by_its_content():
    stream = io.BytesIO()
    made = pydicom.dcmread(pydicom.data.get_testdata_file("MR_small.dcm", download=False))
    made.save_as(stream)
    assert data.load_bytes("scan", stream.getvalue()[132:]).tensor.shape == (1, 1, 64, 64)
    assert data.load_bytes("scan.nii", stream.getvalue()).notes[0] == "its name says NIfTI, its content is DICOM"
