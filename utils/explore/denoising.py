"""The explorer of lesson 04: how much noise can a denoiser take?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from utils import plot
from utils.explore import panels, show_explorer, slider
from utils.text import number, tr

Denoiser = Callable[[np.ndarray, float], np.ndarray]
SIDE = 190  # height of an image on the screen, in pixels, about
SHOWN = (0.1, 0.3, 0.5, 0.7, 1.0)  # levels of the static figure


def corrupted(image: np.ndarray, std: float, which: int) -> np.ndarray:
    """`image` (height, width) plus Gaussian noise of standard deviation `std`, clipped to [0, 1].

    The noise of image number `which` is one fixed pattern that only grows with `std`, so that
    moving the slider changes its strength and nothing else.
    """
    pattern = np.random.default_rng(which).standard_normal(image.shape, dtype="float32")
    return (image + np.float32(std) * pattern).clip(0, 1)


def decibels(clean: np.ndarray, image: np.ndarray) -> str:
    """PSNR in dB for values in [0, 1], as text in the notebook's language; ∞ for equal images."""
    error = float(np.mean((clean - image) ** 2))
    return "∞" if error == 0 else number(-10 * np.log10(error), ".1f")


def compared(
    clean: np.ndarray, std: float, which: int, denoisers: Mapping[str, Denoiser]
) -> dict[str, np.ndarray]:
    """Label -> image (height, width): the original, the noisy one, what each denoiser returns."""
    noisy = corrupted(clean, std, which)
    answers = {name: denoise(noisy[None], std)[0] for name, denoise in denoisers.items()}
    return {"original": clean, tr("noisy", "com ruído"): noisy, **answers}


def noise(denoisers: Mapping[str, Denoiser], images: np.ndarray) -> None:
    """Choose an image and the strength of the noise, and see what the denoisers make of it.

    Used in lesson 04. Side by side: original, noisy image, and each denoiser's answer, with the
    PSNR of each. Without a kernel, a figure shows one image at several levels.

    Args:
        denoisers: name -> function of noisy images, shape (1, height, width) in [0, 1], and of
            the standard deviation of their noise; it returns images of the same shape.
        images: clean images in [0, 1], shape (n, height, width), none used for training.
    """

    def answer(std: float, which: int) -> tuple[bytes, str]:
        shown = compared(images[which], std, which, denoisers)
        captioned = {
            f"{label}<br>{decibels(images[which], image)} dB": image
            for label, image in shown.items()
        }
        return panels(captioned, SIDE, "gray_r", frame=0)

    shots = [compared(images[0], std, 0, denoisers) for std in SHOWN]
    rows = {label: [shot[label] for shot in shots] for label in list(shots[0])[1:]}
    figure = plot.draw_rows(rows, [f"σ = {number(std, '.1f')}" for std in SHOWN], inches=1.5)
    alt = tr(
        "Static view: one image under more and more noise, row by row each method's answer.",
        "Vista estática: uma imagem com cada vez mais ruído; linha a linha, o que cada método dá.",
    )
    controls = {
        "std": slider(0.5, 0, 1, 0.05, "σ"),
        "which": slider(0, 0, len(images) - 1, 1, tr("image", "imagem")),
    }
    show_explorer(controls, answer, figure, alt)
