"""What is known of each example whose signal is made by a recipe."""

from workbench.data.example_files.example_scan import EXAMPLES, ExampleInfo
from workbench.refusal import one_of

_OURS = "MIT, as the workbench"


def _info(name: str, title: str, about: str, origin: str = "formula", licence: str = _OURS) -> ExampleInfo:
    return ExampleInfo(name, title, about, licence, origin, "workbench")


_CAMERA = ("the photographer of PyWavelets", "CC0")
_BRAIN = ("nibabel, example4d.nii.gz", "MIT (nibabel)")

MADE_EXAMPLES = {
    e.name: e
    for e in (
        _info(
            "matrix_completion",
            "Factors: a matrix of which three tenths are seen",
            "80 x 60 numbers of rank 3; the factors that made them are known",
        ),
        _info(
            "gross_errors",
            "Factors: three entries of ten are wrong",
            "The same matrix, seen whole, but nobody knows which of its entries are another number",
        ),
        _info(
            "parts",
            "Factors: a sum of four parts, nothing below 0",
            "96 x 72 numbers with noise; the parts that made them are known",
        ),
        _info(
            "film_completion",
            "Factors: half of a short film",
            "8 frames of 24 x 20 numbers, of tubal rank 2",
        ),
        _info(
            "diagonal_network",
            "The prior that nobody wrote: x = u u - v v",
            "128 numbers, eight of them not 0, from 64 measurements",
        ),
        _info(
            "masked_dictionary",
            "Atoms learned while pixels are missing",
            "A wall of bricks, 96 x 96, four pixels of ten missing",
            "brick of scikit-image, CC0Textures",
            "CC0",
        ),
        _info(
            "blind_deblurring",
            "Blind deblurring: kernel and picture",
            "A photograph blurred by a stroke of 9 px; the stroke is known, to compare with",
            *_CAMERA,
        ),
        _info(
            "self_calibration",
            "Sensors whose gains nobody measured",
            "The phantom from 48 angles, each with a gain of its own; gains and phantom are known, to compare with",
        ),
        _info(
            "joint_sense",
            "Coils and image at once, joint SENSE",
            "A slice of a head by four made coils, two fifths of the frequencies measured",
            *_BRAIN,
        ),
        _info(
            "t2_mapping",
            "T2 from echoes, a quarter measured",
            "A slice of a head in eight echoes 12 ms apart, its T2 from 45 to 140 ms by brightness, made and known",
            *_BRAIN,
        ),
        _info(
            "registration",
            "One slice of a head moved onto another",
            "Slices 12 and 14 of one head: an elastic field moves the first",
            *_BRAIN,
        ),
        _info(
            "deep_image_prior",
            "A network that nobody trained",
            "A noisy photograph, 64 x 64: the network fits it before it fits the noise",
            *_CAMERA,
        ),
        _info(
            "field_network_ct",
            "A network of place instead of pixels",
            "Tomography of the phantom from 20 views",
        ),
        ExampleInfo(
            "unmixing",
            "Spectra of materials and their shares",
            "Made mixtures of four spectra, the means of corn, hay, woods and steel towers in the Indian Pines scene",
            "none stated; shipped in tensorly (BSD-3-Clause)",
            "tensorly 0.10, Indian Pines; Baumgardner, Biehl, Landgrebe 2015, doi 10.4231/R7RX991C",
            "tensorly",
            extra="examples",
        ),
    )
}
ALL_EXAMPLES = EXAMPLES | MADE_EXAMPLES


def example_info(name: str) -> ExampleInfo:
    """What is known of an example; Refusal for an unknown name, with the nearest one."""
    return ALL_EXAMPLES[one_of("the name of an example", name, ALL_EXAMPLES)]
