"""What is known of each example whose signal is made by a recipe."""

from workbench.data.example_files.example_scan import EXAMPLES, ExampleInfo
from workbench.refusal import one_of

_OURS = "MIT, as the workbench"


def _info(name: str, title: str, about: str, origin: str = "formula", licence: str = _OURS) -> ExampleInfo:
    return ExampleInfo(name, title, about, licence, origin, "workbench")


_CAMERA = ("the photographer of PyWavelets", "CC0")
_ECG = ("the electrocardiogram of PyWavelets", "none stated; shipped in PyWavelets (MIT)")
_BEATS = "1024 samples about their mean; the highest waves are clipped at half of their height"
_PINES = (
    "none stated; shipped in tensorly (BSD-3-Clause)",
    "tensorly 0.10, Indian Pines; Baumgardner, Biehl, Landgrebe 2015, doi 10.4231/R7RX991C",
    "tensorly",
)
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
            "known_displacement",
            "A photograph moved by a field that is known",
            "The photographer moved by up to 2 px; the field that moved it is known, to compare with",
            *_CAMERA,
        ),
        _info(
            "incompressible_registration",
            "A photograph stirred by a flow that keeps areas",
            "The photographer moved by up to 3 px without a change of areas; the flow is known, to compare with",
            *_CAMERA,
        ),
        _info(
            "cross_sections",
            "A solid from eight cross-sections",
            "A ring, a rod and a ball in 24 x 24 x 24 voxels, seen on eight planes that cut them at different angles",
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
        _info(
            "string_analysis",
            "Declipping: a plucked string, analysis form",
            "A quarter of a second of a string plucked at a fifth of its length; two samples of five are clipped",
        ),
        _info(
            "string_synthesis",
            "Declipping: a plucked string, synthesis form",
            "The same string; what is looked for is its code in windowed cosines",
        ),
        _info("heart_analysis", "Declipping: a heart beat, analysis form", _BEATS, *_ECG),
        _info("heart_synthesis", "Declipping: a heart beat, synthesis form", _BEATS, *_ECG),
        _info(
            "matrix_sensing",
            "Factors: a matrix told by random sums",
            "24 x 20 numbers of rank 2, and 240 random sums of all of them; the factors that made them are known",
        ),
        _info(
            "phase_lifting",
            "Phase retrieval by factoring",
            "32 numbers from 192 intensities, which are linear in the matrix x x^T; x is known, to compare with",
        ),
        _info(
            "digit_generator",
            "A digit from the numbers that make it",
            "A tenth of the pixels of a digit, with noise, and a small network that learned from other digits",
            "the digits of scikit-learn, held out; Alpaydin & Kaynak 1998, doi 10.24432/C50P49",
            "CC BY 4.0",
        ),
        _info(
            "shared_gradient",
            "A picture from a gradient that was shared",
            "What a small network of 8 hidden units would learn from one photograph of 16 x 16 px",
            *_CAMERA,
        ),
        _info(
            "field_network_super_resolution",
            "Super-resolution by a network of place",
            "A photograph of 16 x 16 px, the means of 4 x 4; the one of 64 x 64 is known",
            *_CAMERA,
        ),
        ExampleInfo(
            "scene_completion",
            "A tenth of a scene in 200 bands",
            "A corner of the Indian Pines scene, 32 x 32 px, as the instrument saw it; nine values of ten are hidden",
            *_PINES,
            extra="examples",
        ),
        ExampleInfo(
            "unmixing",
            "Spectra of materials and their shares",
            "Made mixtures of four spectra, the means of corn, hay, woods and steel towers in the Indian Pines scene",
            *_PINES,
            extra="examples",
        ),
    )
}
ALL_EXAMPLES = EXAMPLES | MADE_EXAMPLES


def example_info(name: str) -> ExampleInfo:
    """What is known of an example; Refusal for an unknown name, with the nearest one."""
    return ALL_EXAMPLES[one_of("the name of an example", name, ALL_EXAMPLES)]
