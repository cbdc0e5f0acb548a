"""The explorer of lesson 04: how much noise can a denoiser take?"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from utils import plot
from utils.explore import column, show_widget
from utils.text import number, tr

Denoiser = Callable[[np.ndarray, float], np.ndarray]
SIDE = 190  # height of an image on the screen, in pixels, about
STEP = 0.05
SHOWN = (0.1, 0.3, 0.5, 0.7, 1.0)  # levels of the static figure


def spoilt(image: np.ndarray, std: float, which: int) -> np.ndarray:
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


def panels(
    clean: np.ndarray, std: float, which: int, denoisers: Mapping[str, Denoiser]
) -> dict[str, np.ndarray]:
    """Label -> image (height, width): the original, the noisy one, what each denoiser returns.

    Raises:
        ValueError: a denoiser returned another shape than it was given.
    """
    noisy = spoilt(clean, std, which)
    images = {"original": clean, tr("noisy", "com ruído"): noisy}
    for name, denoise in denoisers.items():
        mended = np.asarray(denoise(noisy[None], std))
        if mended.shape != (1, *clean.shape):
            wanted = (1, *clean.shape)
            told = tr(f"gave {mended.shape}, not {wanted}", f"deu {mended.shape}, não {wanted}")
            raise ValueError(f"{name!r} {told}")
        images[name] = mended[0]
    return images


def _fallback(images: np.ndarray, denoisers: Mapping[str, Denoiser]) -> bytes:
    """The figure for those without a kernel: one image at several levels, in few greys."""
    shots = [panels(images[0], std, 0, denoisers) for std in SHOWN]
    rows = {label: [shot[label] for shot in shots] for label in list(shots[0])[1:]}
    fig = plot.draw_rows(rows, [f"σ = {number(std, '.1f')}" for std in SHOWN], inches=1.5)
    return plot.greys(fig)


def noise(denoisers: Mapping[str, Denoiser], images: np.ndarray) -> None:
    """Choose an image and the strength of the noise, and see what the denoisers make of it.

    Taught in lesson 04. Side by side: original, noisy image, and each denoiser's answer, with the
    PSNR of each. Without a kernel a figure stands there: one image at several levels.

    Args:
        denoisers: name -> function of noisy images, shape (1, height, width) in [0, 1], and of
            the standard deviation of their noise; it returns images of the same shape.
        images: clean images in [0, 1], shape (n, height, width), none used for training.
    """
    import ipywidgets as widgets

    alt = tr(
        "Static view: one image under more and more noise, row by row each method's answer.",
        "Vista estática: uma imagem com cada vez mais ruído; linha a linha, o que cada método dá.",
    )
    zoom = max(1, round(SIDE / images.shape[1]))

    def answer(which: int, std: float) -> tuple[bytes, str]:
        shown = panels(images[which], std, which, denoisers)
        large = [np.kron(image.clip(0, 1), np.ones((zoom, zoom))) for image in shown.values()]
        framed = np.concatenate([np.pad(image, 4) for image in large], axis=1)
        buffer = io.BytesIO()
        plt.imsave(buffer, framed, cmap="gray_r", vmin=0, vmax=1, format="png")
        width = large[0].shape[1] + 8
        cells = "".join(
            f'<td style="width:{width}px;vertical-align:top">{label}<br>'
            f"{decibels(images[which], image)} dB</td>"
            for label, image in shown.items()
        )
        style = "text-align:center;font-size:115%;line-height:1.35"
        return buffer.getvalue(), f'<table style="{style}"><tr>{cells}</tr></table>'

    wide = {"layout": widgets.Layout(width="560px")}
    slider = widgets.FloatSlider(0.5, min=0, max=1, step=STEP, description="σ", **wide)
    name = tr("image", "imagem")
    which = widgets.IntSlider(0, min=0, max=len(images) - 1, description=name, **wide)
    picture, words = answer(0, slider.value)
    image, told = widgets.Image(value=picture, format="png"), widgets.HTML(words)

    def move(_: Any) -> None:
        image.value, told.value = answer(which.value, slider.value)

    slider.observe(move, names="value")
    which.observe(move, names="value")
    show_widget(column(slider, which, image, told), _fallback(images, denoisers), alt)
